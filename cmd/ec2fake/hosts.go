package main

import (
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strings"
)

// hosts are names, besides those of the loopback interface, under which requests may come.
type hosts []string

func (h *hosts) String() string { return strings.Join(*h, ",") }

// Set adds a name.
func (h *hosts) Set(name string) error {
	if name == "" || strings.ContainsAny(name, "/: ") {
		return fmt.Errorf("give a bare host name, such as build.example")
	}
	*h = append(*h, strings.ToLower(name))
	return nil
}

// allows tells whether a host, with or without a port, is one of the loopback interface or an allowed one. AWS's own
// names are allowed too: no page of a browser can be under them.
func (h hosts) allows(hostport string) bool {
	host := hostport
	if bare, _, err := net.SplitHostPort(hostport); err == nil {
		host = bare
	}
	host = strings.ToLower(strings.Trim(host, "[]"))
	if ip, err := netip.ParseAddr(host); err == nil {
		return ip.IsLoopback() || slices.Contains(h, host)
	}
	return host == "localhost" || strings.HasSuffix(host, ".localhost") || strings.HasSuffix(host, ".amazonaws.com") || slices.Contains(h, host)
}

// guard refuses what a page in a browser could send: a request that comes from another site, or under a name that was
// made to point to this machine.
func (h hosts) guard(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch origin := r.Header.Get("Origin"); {
		case !h.allows(r.Host):
			forbid(w, fmt.Sprintf("The host %.100q isn't this server's: start it with -allow-host to add a name.", r.Host))
		case origin != "" && !h.allowsOrigin(origin):
			forbid(w, fmt.Sprintf("The origin %.100q isn't allowed: start the server with -allow-host to add its host.", origin))
		default:
			next.ServeHTTP(w, r)
		}
	})
}

func (h hosts) allowsOrigin(origin string) bool {
	u, err := url.Parse(origin)
	return err == nil && u.Host != "" && h.allows(u.Host)
}

// forbid answers in the shape of EC2's errors.
func forbid(w http.ResponseWriter, message string) {
	w.Header().Set("Content-Type", "text/xml;charset=UTF-8")
	w.WriteHeader(http.StatusForbidden)
	escaped := strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;").Replace(message)
	_, _ = fmt.Fprintf(w, "<Response><Errors><Error><Code>AuthFailure</Code><Message>%s</Message></Error></Errors></Response>", escaped) // a client that is gone needs none
}
