package instance

import "encoding/json"

// schema is a JSON Schema (https://json-schema.org/draft/2020-12).
type schema = map[string]any

// SpecSchema describes the JSON form of a [Spec] as a JSON Schema, for editors and checks in a repository; the same is in
// docs/schemas/spec.schema.json.
func SpecSchema() []byte {
	properties := schema{}
	for _, f := range jsonFields {
		properties[f.name] = f.schema
	}
	text, err := json.MarshalIndent(schema{
		"$schema": "https://json-schema.org/draft/2020-12/schema",
		"$id":     "https://github.com/amiclass/amiclass/docs/schemas/spec.schema.json",
		"title":   "What a server shall be",
		"type":    "object", "additionalProperties": false, "properties": properties,
	}, "", "  ")
	must(err)
	return append(text, '\n')
}

var (
	boolSchema  = schema{"type": "boolean"}
	countSchema = schema{"type": "integer", "minimum": 0}
	sizeSchema  = schema{"type": "string", "pattern": `^[0-9.]+(TiB|GiB|MiB|GB|B)$`, "examples": []string{"30GiB"}}

	cpuSchema = objectSchema(schema{"cores": countSchema, "threadsPerCore": countSchema, "sevSNP": oneOf(Enabled, Disabled), "nested": oneOf(Enabled, Disabled)})

	spotSchema = objectSchema(schema{"maxPrice": textSchema("0.05")})

	planSchema = objectSchema(schema{
		"spotFirst": boolSchema, "onDemand": countSchema, "types": textsSchema("m7g.large"), "upTo": countSchema, "zones": textsSchema("us-east-1a"),
		"atLeast": countSchema, "allOrNothing": boolSchema,
	})

	volumeProperties = schema{
		"type": oneOf(gp2, gp3, io1, io2, st1, sc1, standard), "size": sizeSchema, "iops": countSchema, "throughput": countSchema,
		"snapshot": textSchema("snap-0123456789abcdef0"), "fallbackSnapshot": textSchema("snap-0123456789abcdef0"), "encrypted": boolSchema,
		"kmsKey": textSchema("alias/golden"), "deleteOnTermination": boolSchema, "anew": boolSchema,
	}
	volumeSchema = objectSchema(volumeProperties)
	entrySchema  = objectSchema(with(with(volumeProperties, "instanceStore", any(textSchema("ephemeral0"))), "instead", any(boolSchema)))

	subnetsSchema = objectSchema(schema{"ids": textsSchema("subnet-0123456789abcdef0"), "tags": schema{"type": "object", "additionalProperties": schema{"type": "string"}}})

	ipv6Schema = objectSchema(schema{"count": countSchema, "addresses": textsSchema("2001:db8::7")})

	interfaceSchema = objectSchema(schema{
		"id": textSchema("eni-0123456789abcdef0"), "type": textSchema("efa"), "description": textSchema(), "networkCard": countSchema, "subnet": textSchema("subnet-0123456789abcdef0"),
		"groups": textsSchema("web"), "privateIP": textSchema("10.0.0.7"), "secondaryIPs": countSchema, "ipv6": ipv6Schema, "deleteOnTermination": boolSchema,
	})

	ruleSchema = with(objectSchema(schema{
		"protocol": textSchema("tcp"), "from": schema{"type": "integer", "minimum": -1}, "to": schema{"type": "integer", "minimum": -1}, "peer": textSchema("0.0.0.0/0"), "description": textSchema(),
	}), "required", any([]string{"protocol", "from", "to", "peer"}))
	firewallSchema = objectSchema(schema{"in": schema{"type": "array", "items": ruleSchema}, "out": schema{"type": "array", "items": ruleSchema}, "closed": boolSchema})

	userDataSchema = schema{"anyOf": []schema{textSchema("#!/bin/sh\ndnf install -y httpd\n"), with(objectSchema(schema{"base64": textSchema()}), "required", any([]string{"base64"}))}}

	metadataSchema = objectSchema(schema{
		"tokens": oneOf(TokensRequired, TokensOptional), "endpoint": oneOf(Enabled, Disabled), "ipv6": oneOf(Enabled, Disabled), "tags": oneOf(Enabled, Disabled),
		"hopLimit": schema{"type": "integer", "minimum": 1, "maximum": 64},
	})
)

func objectSchema(properties schema) schema {
	return schema{"type": "object", "additionalProperties": false, "properties": properties}
}

func textSchema(examples ...string) schema {
	s := schema{"type": "string"}
	if len(examples) > 0 {
		s["examples"] = examples
	}
	return s
}

func textsSchema(examples ...string) schema {
	return schema{"type": "array", "items": textSchema(examples...)}
}

func oneOf[T ~string](words ...T) schema { return schema{"type": "string", "enum": texts(words)} }

// orNull is for what a spec can take away from those below it.
func orNull(s schema) schema { return schema{"anyOf": []schema{s, {"type": "null"}}} }
