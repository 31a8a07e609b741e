package state

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
)

// The types of documents in the state directory. Without them one kind of
// file, copied over another, would read as an empty one of the other kind.
const (
	typeState      = "ctplan-state"
	typeGeneration = "ctplan-generation"
	typeJournal    = "ctplan-journal"
)

// encode writes a document as indented JSON and adds the digest over it.
func encode(v any) ([]byte, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(v); err != nil {
		return nil, err
	}
	sum, err := digest(b.Bytes())
	if err != nil {
		return nil, err
	}
	body := bytes.TrimSuffix(b.Bytes(), []byte("\n}\n"))
	return fmt.Appendf(body, ",\n  \"digest\": %q\n}\n", sum), nil
}

// decode checks that data is a document of the given type, of a known format
// and unchanged since encode, and decodes it into v.
func decode(path, wantType string, data []byte, v any) error {
	corrupt := func(format string, args ...any) error {
		return &CorruptError{Path: path, Reason: fmt.Sprintf(format, args...)}
	}
	var head struct {
		Type          string `json:"type"`
		FormatVersion string `json:"format_version"`
		Digest        string `json:"digest"`
	}
	switch err := json.Unmarshal(data, &head); {
	case len(bytes.TrimSpace(data)) == 0:
		return corrupt("it is empty")
	case truncated(err):
		return corrupt("it ends in the middle, after %d bytes", len(data))
	case err != nil:
		return corrupt("it is not JSON as ctplan writes it: %v", err)
	case head.Type != wantType:
		return corrupt("it is not of type %q but %q", wantType, head.Type)
	}
	if err := checkVersion(path, head.FormatVersion); err != nil {
		return err
	}
	sum, err := digest(data)
	if err != nil {
		return corrupt("it is not JSON as ctplan writes it: %v", err)
	}
	if sum != head.Digest {
		return corrupt("its content does not match its digest, so it was edited or damaged after ctplan wrote it")
	}
	if err := json.Unmarshal(data, v); err != nil {
		return corrupt("its content cannot be used: %v", err)
	}
	return nil
}

func truncated(err error) bool {
	var syntax *json.SyntaxError
	return errors.Is(err, io.ErrUnexpectedEOF) ||
		errors.As(err, &syntax) && syntax.Error() == "unexpected end of JSON input"
}

func checkVersion(path, version string) error {
	major, _, _ := strings.Cut(version, ".")
	if n, err := strconv.Atoi(major); err != nil {
		return &CorruptError{Path: path, Reason: fmt.Sprintf("its format_version is %q", version)}
	} else if n != formatMajor {
		return &VersionError{path, version}
	}
	return nil
}

// digest is over the values in a JSON object without its digest member, so
// that neither white space nor the order of members matters, and a part that
// was cut out of a file with jq(1) still has a valid digest.
func digest(data []byte) (string, error) {
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.UseNumber() // 64-bit serials and inodes must not go through a float64
	var members map[string]any
	if err := dec.Decode(&members); err != nil {
		return "", err
	}
	delete(members, "digest")
	canonical, err := json.Marshal(members) // sorts the members
	if err != nil {
		return "", err
	}
	sum := sha256.Sum256(canonical)
	return "sha256:" + hex.EncodeToString(sum[:]), nil
}

type stateDocument struct {
	Type string `json:"type"`
	File
}

func encodeState(f File) ([]byte, error) {
	f.FormatVersion = FormatVersion
	if extra := len(f.AppliedPlans) - KeepPlans; extra > 0 {
		f.AppliedPlans = f.AppliedPlans[extra:]
	}
	return encode(stateDocument{typeState, f})
}

func decodeState(path string, data []byte) (*File, error) {
	var doc stateDocument
	if err := decode(path, typeState, data, &doc); err != nil {
		return nil, err
	}
	if doc.Lineage == "" {
		return nil, &CorruptError{Path: path, Reason: "it has no lineage"}
	}
	empty := emptyFile().Managed
	if doc.Managed.Resources == nil {
		doc.Managed.Resources = empty.Resources
	}
	if doc.Managed.Originals == nil {
		doc.Managed.Originals = empty.Originals
	}
	return &doc.File, nil
}
