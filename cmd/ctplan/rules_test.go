package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/ctplan/ctplan/providers/host/hosttest"
)

// soakVariable asks for the long forms of the tests about rules.
const soakVariable = "CTPLAN_SOAK"

func soaking() bool { return os.Getenv(soakVariable) == "1" }

// ruleSite is a site with rules of other programs, on one backend.
type ruleSite struct {
	*site
	backend string
}

func eachBackend(t *testing.T, f func(t *testing.T, backend string)) {
	for _, backend := range []string{"nft", "legacy"} {
		t.Run(backend, func(t *testing.T) { f(t, backend) })
	}
}

// newRuleSite loads a foreign ruleset of about that many rules. BACKEND in
// the configuration stands for the backend.
func newRuleSite(t testing.TB, backend, config string, rules int) *ruleSite {
	t.Helper()
	s := &ruleSite{newSite(t, strings.ReplaceAll(config, "BACKEND", backend)), backend}
	for _, tool := range []string{"iptables-" + backend + "-restore", "ip6tables-" + backend + "-restore", "ip"} {
		_, err := exec.LookPath(tool)
		hosttest.Require(t, tool, err == nil)
	}
	s.inside(foreignRules("10.%d.%d.1/32", rules), "iptables-"+backend+"-restore", "--counters")
	s.inside(foreignRules("2001:db8:%d::%d/128", rules), "ip6tables-"+backend+"-restore", "--counters")
	return s
}

// foreignRules are what docker, kube-proxy and firewalld leave behind, with
// counters.
func foreignRules(address string, rules int) string {
	var b strings.Builder
	b.WriteString("*raw\n:PREROUTING ACCEPT [11:1100]\n:OUTPUT ACCEPT [12:1200]\n")
	b.WriteString("[1:60] -A PREROUTING -i docker0 -m comment --comment \"not \\\"ctplan:\\\" but docker\" -j RETURN\n")
	b.WriteString("[2:61] -A PREROUTING -i eth9 -j ACCEPT\nCOMMIT\n")
	b.WriteString("*filter\n:INPUT DROP [5:500]\n:FORWARD ACCEPT [7:700]\n:OUTPUT ACCEPT [9:900]\n")
	b.WriteString(":DOCKER-USER - [0:0]\n:KUBE-SERVICES - [0:0]\n:IN_public - [0:0]\n")
	b.WriteString("[1:10] -A INPUT -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT\n[2:20] -A INPUT -i lo -j ACCEPT\n")
	b.WriteString("[3:30] -A INPUT -j IN_public\n[4:40] -A INPUT -j DROP\n")
	b.WriteString("[5:50] -A FORWARD -j DOCKER-USER\n[6:60] -A FORWARD -m comment --comment \"kubernetes forwarding rules\" -j KUBE-SERVICES\n")
	b.WriteString("[7:70] -A DOCKER-USER -j RETURN\n[8:80] -A IN_public -p tcp -m tcp --dport 22 -j ACCEPT\n")
	for i := range rules {
		fmt.Fprintf(&b, "[%d:%d] -A KUBE-SERVICES -d "+address+" -p tcp -m comment --comment \"ns/svc-%d:http cluster IP\" -m tcp --dport 80 -j ACCEPT\n",
			i, i*60, i/250, i%250, i)
	}
	b.WriteString("COMMIT\n")
	return b.String()
}

// inside runs a program in the site's namespace.
func (s *ruleSite) inside(stdin string, argv ...string) string {
	s.t.Helper()
	out, err := s.try(stdin, argv...)
	if err != nil {
		s.t.Fatalf("%s: %v\n%s", strings.Join(argv, " "), err, out)
	}
	return out
}

func (s *ruleSite) try(stdin string, argv ...string) (string, error) {
	cmd := exec.Command("ip", append([]string{"netns", "exec", s.netns}, argv...)...)
	cmd.Stdin = strings.NewReader(stdin)
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	err := cmd.Run()
	return stdout.String() + stderr.String(), err
}

var (
	remark = regexp.MustCompile(`(?m)^#.*\n`)
	policy = regexp.MustCompile(`(?m)^(:\S+ (?:ACCEPT|DROP)) .*$`)
)

// listing is what both families' iptables-save print, with counters. Those
// of policies are left out on legacy: iptables-legacy sets all of a table to
// zero whenever any program changes any rule of it.
func (s *ruleSite) listing() string {
	s.t.Helper()
	out := ""
	for _, family := range []string{"iptables-", "ip6tables-"} {
		out += remark.ReplaceAllString(s.inside("", family+s.backend+"-save", "-c"), "")
	}
	if s.backend == "legacy" {
		out = policy.ReplaceAllString(out, "$1")
	}
	return out
}

// all is everything on the site: rules beside what snapshot has.
func (s *ruleSite) all() map[string]string {
	s.t.Helper()
	all := s.snapshot()
	all["rules"] = s.listing()
	return all
}

// unchanged fails the test when the site is not as in an earlier all.
func (s *ruleSite) unchanged(before map[string]string, when string) {
	s.t.Helper()
	if diff := cmp.Diff(before, s.all()); diff != "" {
		s.t.Fatalf("%s, the host is not as it was:\n%s", when, diff)
	}
}

// someRules are in both tables and families, at every kind of place.
const someRules = `
conntrack "edge" {
  acct = true
}
notrack "dns" {
  backend  = "BACKEND"
  protocol = "udp"
  dport    = 53
  role     = "server"
}
log_rule "resets" {
  backend   = "BACKEND"
  chains    = ["INPUT", "OUTPUT"]
  protocol  = "tcp"
  tcp_flags = { mask = ["RST"], set = ["RST"] }
  prefix    = "reset: "
  limit {
    rate = "5/second"
  }
}
log_rule "verdict" {
  backend  = "BACKEND"
  chains   = ["INPUT"]
  position = "before_verdict"
  target   = "NFLOG"
  prefix   = "dropped: "
  group    = 7
}
log_rule "docker" {
  backend  = "BACKEND"
  chains   = ["FORWARD"]
  position = { after = "DOCKER-USER" }
  ctstate  = ["NEW"]
  prefix   = "new: "
  limit {
    rate = "1/minute"
  }
}
`

// foreignSize is how many foreign rules there are beside ctplan's.
func foreignSize() int {
	if soaking() {
		return 2000
	}
	return 300
}

func TestRulesComeAndGoAmongOthers(t *testing.T) {
	eachBackend(t, func(t *testing.T, backend string) {
		s := newRuleSite(t, backend, someRules, foreignSize())
		before := s.all()
		s.must(0, "plan")
		s.unchanged(before, "after a plan")
		s.must(0, "apply", "-auto-approve")
		for _, want := range []string{
			"-A CTPLAN-PRE -p udp -m udp --dport 53 ", "-A CTPLAN-OUT -p udp -m udp --sport 53 ",
			`--nflog-prefix "dropped: "`, `--log-prefix "reset: "`, "-A FORWARD -j DOCKER-USER\n[0:0] -A FORWARD -m comment --comment \"ctplan:jump:",
		} {
			if got := strings.Count(s.listing(), want); got < 2 { // once in each family
				t.Errorf("%q is there %d times:\n%s", want, got, s.listing())
			}
		}
		if r := s.must(0, "plan", "-detailed-exitcode"); !strings.Contains(r.stdout, "No changes.") {
			t.Error(r)
		}
		applied := s.all()
		s.must(0, "apply", "-auto-approve")
		s.unchanged(applied, "after a second apply")
		s.must(0, "destroy", "-auto-approve")
		s.unchanged(before, "after destroy")
	})
}

// Where there is nothing at all, nothing is left.
func TestRulesLeaveNoTableBehind(t *testing.T) {
	s := &ruleSite{newSite(t, strings.ReplaceAll(someRules, "position = { after = \"DOCKER-USER\" }", "")), "nft"}
	s.configure(strings.ReplaceAll(strings.ReplaceAll(someRules, `position = { after = "DOCKER-USER" }`, ""), "BACKEND", "nft"))
	before := s.all()
	s.must(0, "apply", "-auto-approve")
	s.must(0, "plan", "-detailed-exitcode")
	s.must(0, "destroy", "-auto-approve")
	s.unchanged(before, "after destroy")
}

// rival adds and removes rules in the chains that ctplan hooks into, as
// docker does when containers come and go. It keeps below the first rule.
type rival struct {
	quit   chan struct{}
	done   sync.WaitGroup
	rounds int
	failed []string
}

// kept is how many of its latest rules the rival leaves in each chain.
const kept = 3

var rivalChains = [][]string{{"filter", "INPUT"}, {"filter", "FORWARD"}, {"raw", "PREROUTING"}}

func rivalRule(n int) []string {
	return []string{"-s", fmt.Sprintf("198.51.%d.%d/32", 100+n/250, n%250), "-j", "ACCEPT"}
}

func startRival(s *ruleSite) *rival {
	r := &rival{quit: make(chan struct{})}
	r.done.Add(1)
	go func() {
		defer r.done.Done()
		for {
			select {
			case <-r.quit:
				return
			default:
			}
			for _, c := range rivalChains {
				program := []string{"iptables-" + s.backend, "-w", "10", "-t", c[0]}
				r.tell(s.try("", append(append(program, "-I", c[1], "2"), rivalRule(r.rounds)...)...))
				if r.rounds >= kept {
					r.tell(s.try("", append(append(program, "-D", c[1]), rivalRule(r.rounds-kept)...)...))
				}
			}
			r.rounds++
		}
	}()
	return r
}

func (r *rival) tell(out string, err error) {
	if err != nil {
		r.failed = append(r.failed, fmt.Sprintf("round %d: %v: %s", r.rounds, err, out))
	}
}

// stop ends the rival, and takes its rules out of a listing after having
// looked whether they are all there, once.
func (r *rival) stop(t *testing.T, listing func() string) string {
	t.Helper()
	close(r.quit)
	r.done.Wait()
	if len(r.failed) > 0 {
		t.Errorf("the other program was disturbed: %s", strings.Join(r.failed, "\n"))
	}
	rest := listing()
	for _, c := range rivalChains {
		for n := max(r.rounds-kept, 0); n < r.rounds; n++ {
			line := fmt.Sprintf("[0:0] -A %s %s\n", c[1], strings.Join(rivalRule(n), " "))
			if got := strings.Count(rest, line); got != 1 {
				t.Errorf("the other program's rule %q is there %d times", line, got)
			}
			rest = strings.ReplaceAll(rest, line, "")
		}
	}
	return rest
}

func TestAnotherProgramAtWorkMeanwhile(t *testing.T) {
	turns := 2
	if soaking() {
		turns = 20
	}
	eachBackend(t, func(t *testing.T, backend string) {
		s := newRuleSite(t, backend, someRules, foreignSize())
		before := s.listing()
		r := startRival(s)
		for range turns {
			s.must(0, "apply", "-auto-approve")
			s.must(0, "plan", "-detailed-exitcode")
			for _, jump := range []string{"-j CTPLAN-PRE\n", "-j CTPLAN-LOG-IN\n", "-j CTPLAN-LOG-IN-END\n"} {
				if got := strings.Count(s.listing(), jump); got != 2 {
					t.Errorf("%q is there %d times, want once in each family", jump, got)
				}
			}
			s.must(0, "destroy", "-auto-approve")
		}
		if diff := cmp.Diff(before, r.stop(t, s.listing)); diff != "" {
			t.Errorf("apart from the other program's rules, the host is not as it was:\n%s", diff)
		}
		if r.rounds < turns {
			t.Errorf("the other program came to %d rounds only", r.rounds)
		}
		t.Logf("%d rounds of the other program", r.rounds)
	})
}

func TestStalePlanWhenAnOwnRuleWasChanged(t *testing.T) {
	eachBackend(t, func(t *testing.T, backend string) {
		s := newRuleSite(t, backend, someRules, 3)
		s.must(0, "apply", "-auto-approve")
		s.configure(strings.ReplaceAll(strings.ReplaceAll(someRules, "dport    = 53", "dport    = 5353"), "BACKEND", backend))
		file := s.root + "/tonight.plan"
		s.must(0, "plan", "-out", file)
		s.inside("", "iptables-"+backend, "-w", "10", "-t", "raw", "-R", "CTPLAN-PRE", "1", "-p", "udp", "--dport", "54", "-j", "ACCEPT")
		before := s.all()
		r := s.must(6, "apply", file)
		if !strings.Contains(r.stderr, "ipv4 raw") && !strings.Contains(r.stderr, "ipv4/raw") {
			t.Errorf("what is stale is not named: %s", r)
		}
		s.unchanged(before, "after a refused plan")
	})
}

// A server that lets in established connections only, over one of which the
// operator works: not tracking ssh would end it.
func TestLosingTheOwnConnectionNeedsConsent(t *testing.T) {
	const config = "notrack \"ssh\" {\n  backend  = \"BACKEND\"\n  families = [\"ipv4\"]\n  protocol = \"tcp\"\n  dport    = 22\n  role     = \"server\"\n}\n"
	const closed = "*filter\n:INPUT DROP [0:0]\n-A INPUT -m conntrack --ctstate ESTABLISHED -j ACCEPT\nCOMMIT\n"
	eachBackend(t, func(t *testing.T, backend string) {
		s := newRuleSite(t, backend, config, 3)
		s.inside(closed, "iptables-"+backend+"-restore")
		before := s.all()
		s.env = []string{"SSH_CONNECTION=192.0.2.7 50000 192.0.2.1 22"}
		r := s.must(1, "apply", "-auto-approve")
		for _, want := range []string{"main.ctplan.hcl line 1", "-accept-risk=lose-ssh"} {
			if !strings.Contains(r.stderr+r.stdout, want) {
				t.Errorf("no %q in %s", want, r)
			}
		}
		s.unchanged(before, "after the refused apply")
		s.must(0, "apply", "-auto-approve", "-accept-risk=lose-ssh")
		s.must(0, "destroy", "-auto-approve")
		s.env = nil
		s.must(0, "apply", "-auto-approve")
		s.must(0, "destroy", "-auto-approve")
		s.unchanged(before, "after destroy")
	})
}

var countedLine = regexp.MustCompile(`(?m)^3 +99 +notrack\.dns +ipv4 raw PREROUTING +-p udp `)

func TestShowRulesHasTheirCounters(t *testing.T) {
	eachBackend(t, func(t *testing.T, backend string) {
		s := newRuleSite(t, backend, someRules, 3)
		if r := s.must(0, "show", "-rules"); !strings.Contains(r.stdout, "no packet filter rules") {
			t.Error(r)
		}
		s.must(0, "apply", "-auto-approve")
		// Three packets to the port of the notrack rule, which nobody answers.
		s.inside("", "ip", "link", "set", "lo", "up")
		s.inside("", "bash", "-c", "for i in 1 2 3; do echo -n 12345 >/dev/udp/127.0.0.1/53 || true; done 2>/dev/null")
		var doc struct {
			Rules []struct {
				Address, Backend, Family, Table, Chain, Rule string
				Packets, Bytes                               uint64
			}
		}
		if err := json.Unmarshal([]byte(s.must(0, "show", "-rules", "-json").stdout), &doc); err != nil {
			t.Fatal(err)
		}
		if len(doc.Rules) != 12 { // of dns 2, resets 2, verdict 1, docker 1, in two families
			t.Errorf("%d rules, want 12: %+v", len(doc.Rules), doc.Rules)
		}
		for _, r := range doc.Rules {
			counted := r.Address == "notrack.dns" && r.Family == "ipv4" && r.Chain == "PREROUTING"
			if r.Backend != backend || counted != (r.Packets == 3 && r.Bytes == 99) || !strings.Contains(r.Rule, "ctplan:"+r.Address+"\" -j ") && !strings.Contains(r.Rule, "ctplan:"+r.Address+"\" -m limit") {
				t.Errorf("unexpected: %+v", r)
			}
		}
		if r := s.must(0, "show", "-rules"); !countedLine.MatchString(r.stdout) {
			t.Error(r)
		}
		s.must(1, "show", "-rules", "some.plan")
	})
}
