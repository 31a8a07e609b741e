package view

import (
	"strings"

	"github.com/ctplan/ctplan/planner"
)

type checkDocument struct {
	Address   checkAddress    `json:"address"`
	Status    string          `json:"status"`
	Instances []checkInstance `json:"instances"`
}

type checkAddress struct {
	Kind      string `json:"kind,omitempty"`
	Name      string `json:"name,omitempty"`
	ToDisplay string `json:"to_display"`
}

type checkInstance struct {
	Address  checkAddress   `json:"address"`
	Status   string         `json:"status"`
	Problems []checkProblem `json:"problems,omitempty"`
}

type checkProblem struct {
	Message string `json:"message"`
}

func newCheckDocument(c planner.Check) checkDocument {
	instance := checkInstance{Address: checkAddress{ToDisplay: c.Address}, Status: c.Status}
	if c.Message != "" {
		instance.Problems = []checkProblem{{c.Message}}
	}
	return checkDocument{
		Address:   checkAddress{Kind: "check", Name: strings.TrimPrefix(c.Address, "check."), ToDisplay: c.Address},
		Status:    c.Status,
		Instances: []checkInstance{instance},
	}
}
