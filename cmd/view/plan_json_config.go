package view

import (
	"maps"
	"slices"
	"strings"

	"github.com/ctplan/ctplan/planner"
)

// configuration is the part of Terraform's document that its readers index:
// which resources there are, with constant values.
type configuration struct {
	ProviderConfig map[string]providerConfig `json:"provider_config"`
	RootModule     configModule              `json:"root_module"`
}

type providerConfig struct {
	Name     string `json:"name"`
	FullName string `json:"full_name"`
}

type configModule struct {
	Resources   []configResource      `json:"resources,omitempty"`
	ModuleCalls map[string]moduleCall `json:"module_calls,omitempty"`
	Variables   map[string]struct{}   `json:"variables,omitempty"`
}

type moduleCall struct {
	Module configModule `json:"module"`
}

type configResource struct {
	Address           string                   `json:"address"`
	Mode              string                   `json:"mode"`
	Type              string                   `json:"type"`
	Name              string                   `json:"name"`
	ProviderConfigKey string                   `json:"provider_config_key"`
	Expressions       map[string]constantValue `json:"expressions"`
	SchemaVersion     int                      `json:"schema_version"`
	DependsOn         []string                 `json:"depends_on,omitempty"`
}

type constantValue struct {
	ConstantValue any `json:"constant_value"`
}

func newConfiguration(plan *planner.Plan) configuration {
	root := &configModule{}
	for name := range plan.Config.Variables {
		if root.Variables == nil {
			root.Variables = map[string]struct{}{}
		}
		root.Variables[name] = struct{}{}
	}
	seen := map[string]bool{}
	for _, addr := range slices.Sorted(maps.Keys(plan.Next.Resources)) {
		a := parseAddress(addr)
		if seen[a.config] {
			continue // instances of one block
		}
		seen[a.config] = true
		place(root, moduleNames(a.module), newConfigResource(a, plan.Next.Resources[addr]))
	}
	return configuration{
		ProviderConfig: map[string]providerConfig{"ctplan": {"ctplan", providerName}},
		RootModule:     *root,
	}
}

func newConfigResource(a address, r planner.ManagedResource) configResource {
	c := configResource{
		Address: a.typ + "." + a.name, Mode: "managed", Type: typePrefix + a.typ, Name: a.name,
		ProviderConfigKey: "ctplan", Expressions: map[string]constantValue{}, DependsOn: r.DependsOn,
	}
	for name, v := range r.Declared {
		c.Expressions[name] = constantValue{v}
	}
	return c
}

// moduleNames are the calls that lead to a module, from the root.
func moduleNames(module string) []string {
	var names []string
	for module != "" {
		parent := parentModule(module)
		name := strings.TrimPrefix(strings.TrimPrefix(strings.TrimPrefix(module, parent), "."), "module.")
		name, _, _ = strings.Cut(name, "[")
		names = append([]string{name}, names...)
		module = parent
	}
	return names
}

func place(m *configModule, path []string, r configResource) {
	if len(path) == 0 {
		m.Resources = append(m.Resources, r)
		return
	}
	if m.ModuleCalls == nil {
		m.ModuleCalls = map[string]moduleCall{}
	}
	call := m.ModuleCalls[path[0]]
	place(&call.Module, path[1:], r)
	m.ModuleCalls[path[0]] = call
}
