package planner

// Managed is what ctplan owns on a host and what it found there: the
// planner's part of the state file.
type Managed struct {
	// Resources by address.
	Resources map[string]ManagedResource `json:"resources"`
	// Originals are what each owned target held before ctplan first changed
	// it, by Target.ID.
	Originals map[string]Original `json:"originals"`
	// Kept are parts of shared files that belonged to resources which were
	// forgotten: the host keeps them, although nobody owns them any more.
	Kept []Setting `json:"kept,omitempty"`
}

// ManagedResource is a resource as it was last applied.
type ManagedResource struct {
	Type string `json:"type"`
	// Declared holds the attributes as configured and normalised.
	Declared  map[string]any `json:"declared"`
	Settings  []Setting      `json:"settings"`
	DependsOn []string       `json:"depends_on,omitempty"`
	Protect   bool           `json:"protect,omitempty"`

	// Previous is the address before a moved block renamed it in this plan.
	Previous string `json:"-"`
}

// Original is a target's state before ctplan.
type Original struct {
	Target Target `json:"target"`
	State  *State `json:"state"`
	Phase  Phase  `json:"phase"`
	// BootID is the boot in which it was recorded.
	BootID string `json:"boot_id"`
}

// ID identifies a target in maps and files.
func (t Target) ID() string { return string(t.Kind) + ":" + t.Name }
