package api

import (
	"crypto/sha256"
	"crypto/subtle"
	"fmt"
	"net"
	"net/http"
	"slices"
	"strings"

	"github.com/gin-gonic/gin"
)

// A guard lets requests in.
type guard struct {
	hosts   []string // lower case
	origins []string
	keys    [][sha256.Size]byte
	sites   *http.CrossOriginProtection // nil: any site may write
}

const anyone = "*"

func newGuard(cfg Config) (*guard, error) {
	g := &guard{origins: cfg.CORS}
	for _, host := range cfg.Hosts {
		g.hosts = append(g.hosts, strings.ToLower(host))
	}
	for _, key := range cfg.Keys {
		if key == "" {
			return nil, fmt.Errorf("an API key is empty")
		}
		g.keys = append(g.keys, sha256.Sum256([]byte(key)))
	}
	if slices.Contains(cfg.CORS, anyone) {
		return g, nil
	}
	g.sites = http.NewCrossOriginProtection()
	for _, origin := range cfg.CORS {
		if err := g.sites.AddTrustedOrigin(origin); err != nil {
			return nil, fmt.Errorf("CORS origin %q: %w", origin, err)
		}
	}
	return g, nil
}

// admit lets a request through, answers a browser's preflight question, or
// refuses.
func (h *Handler) admit(c *gin.Context) {
	c.Writer.Header()["X-Content-Type-Options"] = []string{"nosniff"}
	if err := h.guard.check(c.Request); err != nil {
		h.fail(c, err)
		c.Abort()
		return
	}
	if h.guard.allowOrigin(c.Writer.Header(), c.Request) {
		c.AbortWithStatus(http.StatusNoContent)
		return
	}
	if err := h.guard.checkKey(c.Request); err != nil {
		h.fail(c, err)
		c.Abort()
	}
}

// check refuses what another web site made a browser send.
func (g *guard) check(r *http.Request) error {
	if !g.knowsHost(r) {
		return errHost
	}
	if g.sites == nil {
		return nil
	}
	if err := g.sites.Check(r); err != nil {
		return crossOrigin{err}
	}
	if foreignRead(r) && !slices.Contains(g.origins, r.Header.Get("Origin")) {
		return crossOrigin{errForeign}
	}
	return nil
}

// foreignRead says whether another site's page makes a browser ask the API. The
// page could not read the answer, but a model would have been paid for it. That a
// person follows a link is fine.
func foreignRead(r *http.Request) bool {
	return strings.HasPrefix(r.URL.Path, "/v1/") && r.Header.Get("Sec-Fetch-Site") == "cross-site" && r.Header.Get("Sec-Fetch-Mode") != "navigate"
}

func (g *guard) knowsHost(r *http.Request) bool {
	host := r.Host
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	host = strings.ToLower(strings.TrimSuffix(host, "."))
	if slices.Contains(g.hosts, anyone) || slices.Contains(g.hosts, host) {
		return true
	}
	address := net.ParseIP(strings.Trim(host, "[]"))
	if host == "localhost" || strings.HasSuffix(host, ".localhost") || address.IsLoopback() {
		return true
	}
	if len(g.hosts) > 0 {
		return false
	}
	// An address cannot be made to point elsewhere; a name can.
	return address != nil || !overLoopback(r)
}

// overLoopback says whether the connection came in over loopback.
func overLoopback(r *http.Request) bool {
	local, ok := r.Context().Value(http.LocalAddrContextKey).(*net.TCPAddr)
	return ok && local.IP.IsLoopback()
}

// allowOrigin tells the browser that the page may read the answer. It returns
// true if that was all it asked.
func (g *guard) allowOrigin(header http.Header, r *http.Request) bool {
	if len(g.origins) == 0 {
		return false
	}
	header.Add("Vary", "Origin")
	origin := r.Header.Get("Origin")
	if origin == "" || !slices.Contains(g.origins, origin) && !slices.Contains(g.origins, anyone) {
		return false
	}
	header.Set("Access-Control-Allow-Origin", origin)
	header.Set("Access-Control-Expose-Headers", headerEpoch+", "+headerComplete)
	if r.Method != http.MethodOptions || r.Header.Get("Access-Control-Request-Method") == "" {
		return false
	}
	header.Set("Access-Control-Allow-Methods", "GET, POST, DELETE")
	header.Set("Access-Control-Allow-Headers", "Authorization, Content-Type, Accept")
	header.Set("Access-Control-Max-Age", "600")
	return true
}

// checkKey asks for a key where there is something to protect. All keys are
// compared, so that the time tells nothing.
func (g *guard) checkKey(r *http.Request) error {
	if len(g.keys) == 0 || !strings.HasPrefix(r.URL.Path, "/v1/") && r.URL.Path != "/metrics" {
		return nil
	}
	scheme, token, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	sum := sha256.Sum256([]byte(strings.TrimSpace(token)))
	match := 0
	for _, key := range g.keys {
		match |= subtle.ConstantTimeCompare(key[:], sum[:])
	}
	if match == 0 || !strings.EqualFold(scheme, "Bearer") {
		return errKey
	}
	return nil
}
