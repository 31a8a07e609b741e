package view

import (
	"maps"
	"slices"
	"strings"
)

type moduleValues struct {
	Address      string          `json:"address,omitempty"`
	Resources    []resourceValue `json:"resources,omitempty"`
	ChildModules []moduleValues  `json:"child_modules,omitempty"`
}

type resourceValue struct {
	Address         string         `json:"address"`
	Mode            string         `json:"mode"`
	Type            string         `json:"type"`
	Name            string         `json:"name"`
	Index           *string        `json:"index,omitempty"`
	ProviderName    string         `json:"provider_name"`
	SchemaVersion   int            `json:"schema_version"`
	Values          map[string]any `json:"values"`
	SensitiveValues map[string]any `json:"sensitive_values"`
}

// moduleTree sorts resources into the nested modules of the document.
type moduleTree struct {
	resources map[string][]resourceValue // by module address
}

func newModuleTree() *moduleTree { return &moduleTree{map[string][]resourceValue{}} }

// add places a resource. A nil object means that it does not exist on this
// side of the plan. Declared attributes that are not compared with the host
// (persist) complete the object.
func (t *moduleTree) add(addr string, object any, declared map[string]any) {
	found, ok := object.(map[string]any)
	if !ok {
		return
	}
	all := map[string]any{}
	maps.Copy(all, declared)
	maps.Copy(all, found)
	a := parseAddress(addr)
	v := resourceValue{
		Address: addr, Mode: "managed", Type: typePrefix + a.typ, Name: a.name,
		ProviderName: providerName, Values: all, SensitiveValues: map[string]any{},
	}
	if a.hasKey {
		v.Index = &a.key
	}
	t.resources[a.module] = append(t.resources[a.module], v)
}

func (t *moduleTree) values() moduleValues { return t.module("") }

func (t *moduleTree) module(addr string) moduleValues {
	m := moduleValues{Address: addr, Resources: t.resources[addr]}
	for _, child := range t.children(addr) {
		m.ChildModules = append(m.ChildModules, t.module(child))
	}
	return m
}

// children are the modules directly inside a module, including those that
// hold nothing but modules themselves.
func (t *moduleTree) children(parent string) []string {
	seen := map[string]bool{}
	for addr := range t.resources {
		for addr != "" && parentModule(addr) != parent {
			addr = parentModule(addr)
		}
		if addr != "" {
			seen[addr] = true
		}
	}
	return slices.Sorted(maps.Keys(seen))
}

// parentModule is the module that holds a module; "" is the root.
func parentModule(addr string) string {
	if i := strings.LastIndex(addr, ".module."); i >= 0 {
		return addr[:i]
	}
	return ""
}
