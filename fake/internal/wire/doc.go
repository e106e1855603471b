// Package wire is the door through which every AWS client reaches a cloud: an http.Handler that speaks what the
// services speak. EC2 has a query protocol with replies in XML, STS a query protocol of another dialect, SSM and KMS
// JSON 1.1.
//
// A request is decoded into the SDK's own input of the operation, handed to a [Server], and its output encoded. How a
// Go type looks on the wire is a shape (shape.go), compiled once from the type and from what names its fields: for EC2
// a table generated from the SDK's serializers (ec2.names), for services that the SDK describes by schemas these.
//
// The protocols are described at https://docs.aws.amazon.com/ec2/latest/devguide/ec2-api-intro.html and
// https://smithy.io/2.0/aws/protocols/index.html.
package wire

//go:generate go run ./names ec2.names
