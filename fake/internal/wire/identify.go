package wire

import (
	"net"
	"net/http"
	"strings"

	"github.com/amiclass/amiclass/region"
)

// caller is what a request tells of who asks, and where.
type caller struct {
	accessKey string
	region    region.Region
	service   string // its name in signatures and hosts
}

// identify reads a signature's scope, in the header or in the URL, and for what it doesn't tell the host's name.
// Signatures aren't verified: nothing here is secret.
func identify(r *http.Request) caller {
	var c caller
	scope := credential(r.Header.Get("Authorization"))
	if scope == "" && strings.Contains(r.URL.RawQuery, "X-Amz-Credential") {
		scope = r.URL.Query().Get("X-Amz-Credential")
	}
	// AKIA…/20261231/eu-west-1/ec2/aws4_request; a key may contain slashes, the rest can't.
	if parts := strings.Split(scope, "/"); len(parts) >= 5 {
		n := len(parts)
		c.accessKey, c.region, c.service = strings.Join(parts[:n-4], "/"), region.Region(parts[n-3]), parts[n-2]
	}
	if c.service == "" || c.region == "" || c.region == "*" {
		service, place := fromHost(r.Host)
		if c.service == "" {
			c.service = service
		}
		if c.region == "" || c.region == "*" {
			c.region = place
		}
	}
	if c.region == "" || c.region == "aws-global" {
		c.region = usual
	}
	return c
}

// usual is the region of who doesn't say one, as it is of the services' global endpoints.
const usual = region.Region("us-east-1")

// credential is the scope in a header such as
// AWS4-HMAC-SHA256 Credential=AKIA…/20261231/eu-west-1/ec2/aws4_request, SignedHeaders=…, Signature=….
func credential(authorization string) string {
	_, rest, ok := strings.Cut(authorization, "Credential=")
	if !ok {
		return ""
	}
	scope, _, _ := strings.Cut(rest, ",")
	return strings.TrimSpace(scope)
}

// fromHost reads hosts of AWS's endpoints: ec2.eu-west-1.amazonaws.com, ec2.eu-west-1.api.aws.
func fromHost(host string) (name string, r region.Region) {
	if bare, _, err := net.SplitHostPort(host); err == nil {
		host = bare
	}
	labels := strings.Split(host, ".")
	if s := findService(func(s *service) bool { return s.name == labels[0] }); s == nil {
		return "", ""
	}
	if len(labels) > 2 && strings.Count(labels[1], "-") >= 2 {
		r = region.Region(labels[1])
	}
	return labels[0], r
}

// whose finds the service of a request: by its signature or host, by the target of JSON, or by the version of a query.
func whose(c caller, m *message) *service {
	if c.service != "" {
		return findService(func(s *service) bool { return s.name == c.service })
	}
	if target, _, ok := strings.Cut(m.request.Header.Get(targetHeader), "."); ok {
		return findService(func(s *service) bool { return s.target == target })
	}
	if s := findService(func(s *service) bool { return s.version != "" && s.version == m.version }); s != nil {
		return s
	}
	return services[0]
}

// ofProtocol tells whether a parameter belongs to the query protocol or the signature, not to the operation.
func ofProtocol(name string) bool {
	switch name {
	case "AWSAccessKeyId", "Expires", "SecurityToken", "Signature", "SignatureMethod", "SignatureVersion", "Timestamp":
		return true
	}
	return strings.HasPrefix(name, "X-Amz-")
}

// queryOf joins the parameters of the URL with those of a body that is a form.
func queryOf(r *http.Request, body []byte) string {
	form := r.URL.RawQuery
	if len(body) == 0 {
		return form
	}
	if form == "" {
		return string(body)
	}
	return form + "&" + string(body)
}

// isForm tells whether a body may be read as a form: one without a type may.
func isForm(r *http.Request) bool {
	t, _, _ := strings.Cut(r.Header.Get("Content-Type"), ";")
	switch strings.ToLower(strings.TrimSpace(t)) {
	case "", "application/x-www-form-urlencoded":
		return true
	}
	return false
}
