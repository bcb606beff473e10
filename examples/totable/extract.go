package main

import (
	"errors"
	"fmt"
	"io"
	"net/mail"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// A letter is a mail as it was received.
type letter struct {
	Name string // of its file
	Text string
}

// An invoice is what a mail says.
type invoice struct {
	From   string // domain of the sender
	Number string
	Cents  int // of a euro
	Due    time.Time
}

var (
	number = regexp.MustCompile(`(?i)\binvoice\s+(?:no\.?|number|#)?\s*([A-Z0-9/-]*\d)`)
	amount = regexp.MustCompile(`EUR\s*([\d,]+\.\d\d)|([\d,]+\.\d\d)\s*EUR`)
	due    = regexp.MustCompile(`(?i)\bdue (?:by|on) (\d{1,2} \w+ \d{4})`)
)

// extract finds the fields of an invoice in a mail, or says which is missing.
func extract(l letter) (invoice, error) {
	m, err := mail.ReadMessage(strings.NewReader(l.Text))
	if err != nil {
		return invoice{}, fmt.Errorf("reading the mail: %w", err)
	}
	from, err := mail.ParseAddress(m.Header.Get("From"))
	if err != nil {
		return invoice{}, fmt.Errorf("reading the sender: %w", err)
	}
	body, err := io.ReadAll(m.Body)
	if err != nil {
		return invoice{}, fmt.Errorf("reading the text: %w", err)
	}
	_, domain, _ := strings.Cut(from.Address, "@")
	return fields(domain, string(body))
}

func fields(from, text string) (invoice, error) {
	v := invoice{From: from}
	found := number.FindStringSubmatch(text)
	if found == nil {
		return v, errors.New("no number of an invoice")
	}
	v.Number = found[1]
	if found = amount.FindStringSubmatch(text); found == nil {
		return v, errors.New("no amount in EUR")
	}
	cents, err := strconv.Atoi(strings.NewReplacer(",", "", ".", "").Replace(found[1] + found[2]))
	if err != nil {
		return v, fmt.Errorf("reading the amount: %w", err)
	}
	v.Cents = cents
	if found = due.FindStringSubmatch(text); found == nil {
		return v, errors.New("no date when it is due")
	}
	if v.Due, err = time.Parse("2 January 2006", found[1]); err != nil {
		return v, fmt.Errorf("reading when it is due: %w", err)
	}
	return v, nil
}
