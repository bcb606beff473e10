package remote

import (
	"errors"
	"fmt"
	"net/url"
	"strings"
)

// An Address is where a provider is, and how we name it.
type Address struct {
	URL      string // without a slash at the end
	Provider string // for errors: "openai at api.example.com"
}

// ParseAddress checks the base URL of a provider of the given kind. Host names
// alone mean http.
func ParseAddress(kind, base string) (Address, error) {
	base = strings.TrimSpace(base)
	if !strings.Contains(base, "://") {
		base = "http://" + base
	}
	u, err := url.Parse(base)
	switch {
	case err != nil:
		err = errors.Unwrap(err) // the whole would repeat the address, with what secrets it holds
	case u.Scheme != "http" && u.Scheme != "https":
		err = fmt.Errorf("scheme %q is neither http nor https", u.Scheme)
	case u.Hostname() == "":
		err = errors.New("no host")
	case u.User != nil:
		err = errors.New("a key belongs into api_key, not into the address")
	case u.RawQuery != "" || u.Fragment != "":
		err = errors.New("an address has no query or fragment")
	}
	if err != nil {
		return Address{}, fmt.Errorf("%s: base_url: %w", kind, err)
	}
	return Address{URL: strings.TrimRight(u.String(), "/"), Provider: kind + " at " + u.Host}, nil
}

// CheckKey returns key as a header can carry it.
func CheckKey(kind, key string) (string, error) {
	key = strings.TrimSpace(key)
	for i := range len(key) {
		if key[i] <= ' ' || key[i] > '~' {
			return "", fmt.Errorf("%s: api_key holds a character that no key has, at position %d", kind, i)
		}
	}
	return key, nil
}
