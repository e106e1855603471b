package wire

import (
	"net/http"
	"strings"

	"github.com/amiclass/amiclass/fake/internal/engine"
)

// service is one that clients may ask.
type service struct {
	id       string // the SDK's service ID
	name     string // in a signature's scope and in host names
	pkg      string // the SDK's package
	version  string // of the API, for those that say it in each request
	target   string // what X-Amz-Target begins with, for those that have it
	protocol protocol
}

// protocol is how a service's messages look.
type protocol interface {
	// operation names the one that is asked for.
	operation(s *service, m *message) (string, *engine.Error)
	// decode fills an input, and names what the input has no field for.
	decode(m *message, in any) (unknown []string, err *engine.Error)
	// reply renders an output.
	reply(b []byte, operation string, out any, requestID string) ([]byte, error)
	// refusal renders an error.
	refusal(b []byte, e *engine.Error, requestID string) []byte
	contentType() string
	errorHeader(h http.Header, e *engine.Error)
}

// message is a request as it came.
type message struct {
	request *http.Request
	body    []byte
	// action and version are the query protocols' own parameters, rest all others.
	action, version string
	rest            []parameter
}

const sdk = "github.com/aws/aws-sdk-go-v2/service/"

var services = []*service{
	{id: "EC2", name: "ec2", pkg: sdk + "ec2", version: "2016-11-15", protocol: ec2Query},
	{id: "STS", name: "sts", pkg: sdk + "sts", version: "2011-06-15", protocol: stsQuery},
	{id: "SSM", name: "ssm", pkg: sdk + "ssm", target: "AmazonSSM", protocol: awsJSON},
	{id: "KMS", name: "kms", pkg: sdk + "kms", target: "TrentService", protocol: awsJSON},
}

func findService(fits func(*service) bool) *service {
	for _, s := range services {
		if fits(s) {
			return s
		}
	}
	return nil
}

func serviceNames() string {
	names := make([]string, len(services))
	for i, s := range services {
		names[i] = s.name
	}
	return strings.Join(names, ", ")
}
