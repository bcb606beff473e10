package main

import (
	"encoding/json"
	"fmt"
	"os"
)

// An expectation is what expected.json says of a file.
type expectation struct {
	Expect      []wanted `json:"expect"`
	Boilerplate []wanted `json:"boilerplate"`
	Hostile     string   `json:"hostile"` // what is wrong with it, "" for a good file
	Pages       int      `json:"pages"`
}

// A wanted text is found on a page or sheet, if that is said.
type wanted struct {
	Text  string `json:"text"`
	Page  int    `json:"page"`
	Sheet string `json:"sheet"`
}

func readExpected(file string) (map[string]expectation, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	var all map[string]expectation
	if err := json.Unmarshal(text, &all); err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	return all, nil
}
