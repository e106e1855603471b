package engine

import (
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/ssm"
	ssmtypes "github.com/aws/aws-sdk-go-v2/service/ssm/types"

	"github.com/amiclass/amiclass/fake/internal/store"
)

// ownParameter is a parameter that an account put.
type ownParameter struct {
	id       string
	scope    store.Scope
	name     string
	versions []parameterVersion // the newest last
	tags     []label            // in order of key
}

type parameterVersion struct {
	version        int64
	value          string
	typ            ssmtypes.ParameterType
	dataType       string
	description    string
	allowedPattern string
	key            string // as it was named, for a SecureString
	tier           ssmtypes.ParameterTier
	changed        time.Time
}

var ownParameterSchema = store.Schema[ownParameter]{
	Name:  "parameters",
	ID:    func(p *ownParameter) string { return p.id },
	Scope: func(p *ownParameter) store.Scope { return p.scope },
}

// Limits of https://docs.aws.amazon.com/general/latest/gr/ssm.html.
const (
	maxParameterVersions = 100
	maxParameterLevels   = 15
	maxParameterName     = 1011 // with the ARN before it
	maxStandardValue     = 4096
	maxAdvancedValue     = 8192
	maxParameterText     = 1024 // of a description or pattern
)

const (
	textParameter  = "text"
	imageParameter = "aws:ec2:image"
	usualSSMKey    = awsAliases + "ssm"
)

func ownParameterID(scope store.Scope, name string) string { return itoa(int(scope)) + " " + name }

func (p *ownParameter) newest() *parameterVersion { return &p.versions[len(p.versions)-1] }

var ownParameterName = regexp.MustCompile(`^/?[a-zA-Z0-9_.-]+(/[a-zA-Z0-9_.-]+)*$`)

// putParameter makes a parameter, or a new version of one. Of an image it is said at once which version it is, but
// the version appears only if there is such an image
// (https://docs.aws.amazon.com/systems-manager/latest/userguide/parameter-store-ec2-aliases.html).
func (t *tx) putParameter(in *ssm.PutParameterInput) (*ssm.PutParameterOutput, error) {
	name := deref(in.Name)
	if err := t.checkOwnName(name); err != nil {
		return nil, err
	}
	p := &ownParameter{id: ownParameterID(t.scope, name), scope: t.scope, name: name}
	next := parameterVersion{version: 1, dataType: textParameter, tier: ssmtypes.ParameterTierStandard, changed: t.now}
	had, exists := t.parameters.Get(p.id)
	switch {
	case exists && !deref(in.Overwrite):
		return nil, modelled(&ssmtypes.ParameterAlreadyExists{Message: ptr("The parameter already exists. To overwrite this value, set the overwrite option in the request to true.")})
	case deref(in.Overwrite) && len(in.Tags) > 0:
		return nil, invalidRequest("Invalid request: tags and overwrite can't be used together. To create a parameter with tags, please remove overwrite flag. To update tags for an existing parameter, please use AddTagsToResource or RemoveTagsFromResource.")
	case exists:
		*p = *had
		last := had.newest()
		next.version, next.typ, next.dataType, next.tier = last.version+1, last.typ, last.dataType, last.tier
	case in.Type == "":
		return nil, invalidRequest("A parameter type is required when you create a parameter.")
	}
	if err := t.fillParameter(&next, in, exists); err != nil {
		return nil, err
	}
	out := &ssm.PutParameterOutput{Tier: next.tier, Version: next.version}
	if next.dataType == imageParameter {
		if _, err := t.imageByID(next.value); err != nil {
			return out, nil
		}
	}
	p.versions = append(slices.Clone(p.versions), next)
	if n := len(p.versions); n > maxParameterVersions {
		p.versions = p.versions[n-maxParameterVersions:]
	}
	var err error
	if p.tags, err = withSSMTags(p.tags, in.Tags); err != nil {
		return nil, err
	}
	t.parameters.Put(&t.undo, p)
	return out, nil
}

// checkOwnName refuses what can't be the name of one's own parameter
// (https://docs.aws.amazon.com/systems-manager/latest/userguide/sysman-paramstore-su-create.html; texts (mem)).
func (v *view) checkOwnName(name string) error {
	first, _, _ := strings.Cut(strings.TrimPrefix(strings.ToLower(name), "/"), "/")
	levels := strings.Count(strings.TrimPrefix(name, "/"), "/") + 1
	switch {
	case name == "":
		return invalidRequest("1 validation error detected: Value null at 'name' failed to satisfy constraint: Member must not be null")
	case len(v.ARN("ssm", "parameter"+name)) > maxParameterName:
		return invalidRequest("The parameter name is longer than %d characters, its ARN included.", maxParameterName)
	case !ownParameterName.MatchString(name):
		return invalidRequest("Parameter name: only a mix of letters, numbers and the following 4 symbols .-_/ are allowed, and a / neither doubled nor at the end.")
	case strings.Contains(strings.TrimPrefix(name, "/"), "/") && name[0] != '/':
		return invalidRequest("Parameter name must be a fully qualified name.")
	case levels > maxParameterLevels:
		return modelled(&ssmtypes.HierarchyLevelLimitExceededException{Message: ptr("A hierarchy can have a maximum of " + itoa(maxParameterLevels) + " levels.")})
	case name[0] == '/' && (first == "aws" || first == "ssm"):
		return fail("AccessDeniedException", "No access to reserved parameter name: %s.", name)
	case strings.HasPrefix(first, "aws") || strings.HasPrefix(first, "ssm"):
		return invalidRequest(`Parameter name: can't be prefixed with "aws" or "ssm" (case-insensitive).`)
	}
	return nil
}

// fillParameter checks what a request says of a version, and completes it.
func (t *tx) fillParameter(p *parameterVersion, in *ssm.PutParameterInput, exists bool) error {
	p.value, p.description, p.allowedPattern = deref(in.Value), deref(in.Description), deref(in.AllowedPattern)
	switch {
	case in.Type != "" && !slices.Contains(in.Type.Values(), in.Type):
		return modelled(&ssmtypes.UnsupportedParameterType{Message: ptr("The parameter type " + string(in.Type) + " is not supported.")})
	case exists && in.Type != "" && in.Type != p.typ:
		return modelled(&ssmtypes.HierarchyTypeMismatchException{Message: ptr("The parameter's type can't be changed from " + string(p.typ) + " to " + string(in.Type) + ".")})
	case in.Type != "":
		p.typ = in.Type
	}
	switch {
	case in.Tier != "" && !slices.Contains(in.Tier.Values(), in.Tier):
		return invalidRequest("The parameter tier %s is not valid.", in.Tier)
	case in.Tier == ssmtypes.ParameterTierStandard && exists && p.tier == ssmtypes.ParameterTierAdvanced:
		return invalidRequest("This parameter uses the advanced-parameter tier. You can't downgrade a parameter from the advanced-parameter tier to the standard-parameter tier.")
	case in.Tier == ssmtypes.ParameterTierAdvanced, in.Tier == ssmtypes.ParameterTierIntelligentTiering && len(p.value) > maxStandardValue:
		p.tier = ssmtypes.ParameterTierAdvanced
	}
	room := maxStandardValue
	if p.tier == ssmtypes.ParameterTierAdvanced {
		room = maxAdvancedValue
	}
	switch {
	case p.value == "":
		return invalidRequest("1 validation error detected: Value '' at 'value' failed to satisfy constraint: Member must have length greater than or equal to 1")
	case len(p.value) > room:
		return invalidRequest("%s tier parameters support a maximum parameter value of %d characters.", p.tier, room)
	case len(p.description) > maxParameterText, len(p.allowedPattern) > maxParameterText:
		return invalidRequest("A description or an allowed pattern has more than %d characters.", maxParameterText)
	case in.KeyId != nil && p.typ != ssmtypes.ParameterTypeSecureString:
		return invalidRequest("KeyId is required for SecureString type parameter only.")
	}
	if p.typ == ssmtypes.ParameterTypeSecureString {
		if p.key = deref(in.KeyId); p.key == "" {
			p.key = usualSSMKey
		}
		if err := t.checkSSMKey(p.key); err != nil {
			return err
		}
	}
	if err := checkAllowedPattern(p.allowedPattern, p.value); err != nil {
		return err
	}
	return checkDataType(p, in.DataType)
}

func checkAllowedPattern(pattern, value string) error {
	if pattern == "" {
		return nil
	}
	expression, err := regexp.Compile(pattern)
	if err != nil {
		return modelled(&ssmtypes.InvalidAllowedPatternException{Message: ptr("The allowed pattern is not a regular expression: " + err.Error())})
	}
	if !expression.MatchString(value) {
		return modelled(&ssmtypes.ParameterPatternMismatchException{Message: ptr("Parameter value, cannot be validated against allowedPattern: " + pattern)})
	}
	return nil
}

func checkDataType(p *parameterVersion, asked *string) error {
	if asked != nil {
		p.dataType = *asked
	}
	switch {
	case p.dataType == textParameter:
		return nil
	case p.dataType != imageParameter:
		return invalidRequest("The data type %s is not supported: use %s or %s.", p.dataType, textParameter, imageParameter)
	case p.typ != ssmtypes.ParameterTypeString:
		return invalidRequest("The data type %s is for parameters of the type String only.", imageParameter)
	case !hasShape(kindNames[kindImage].prefix, p.value):
		return invalidRequest("The value %s is no ID of an image, as the data type %s demands.", p.value, imageParameter) // (mem)
	}
	return nil
}

// checkSSMKey finds the key of a SecureString: the one that AWS manages for Systems Manager, or one that KMS has.
func (v *view) checkSSMKey(name string) error {
	if name == usualSSMKey {
		return nil
	}
	arn, err := v.keyARN(name)
	if err != nil || !v.keyUsable(arn) {
		return modelled(&ssmtypes.InvalidKeyId{Message: ptr("The key " + name + " does not exist, or is not enabled.")})
	}
	return nil
}

// told is a version's value as a caller sees it. A SecureString that isn't decrypted shows text that says nothing, as
// it does nothing here; to decrypt it, its key must be usable still.
func (v *view) told(p *ownParameter, at *parameterVersion, decrypt bool) (string, error) {
	if at.typ != ssmtypes.ParameterTypeSecureString {
		return at.value, nil
	}
	if decrypt {
		return at.value, v.checkSSMKey(at.key)
	}
	sum := sha256.Sum256([]byte(fmt.Sprint(p.id, " ", at.version, " ", at.value)))
	return base64.StdEncoding.EncodeToString(sum[:]), nil
}

// ownParameterARN doubles no slash.
func (p Place) ownParameterARN(name string) string {
	return p.ARN("ssm", "parameter/"+strings.TrimPrefix(name, "/"))
}

// ownParameter finds a parameter of the caller's by its name or ARN.
func (v *view) ownParameter(asked string) (*ownParameter, bool) {
	if p, ok := v.parameters.Get(ownParameterID(v.scope, asked)); ok {
		return p, true
	}
	if name, ok := strings.CutPrefix(asked, v.ARN("ssm", "parameter/")); ok {
		for _, name := range []string{"/" + name, name} {
			if p, ok := v.parameters.Get(ownParameterID(v.scope, name)); ok {
				return p, true
			}
		}
	}
	return nil, false
}

// splitSelector takes a version or label off a name or an ARN.
func splitSelector(asked string) (name, selector string) {
	const colons = 5 // of an ARN
	if strings.HasPrefix(asked, "arn:") && strings.Count(asked, ":") == colons {
		return asked, ""
	}
	if i := strings.LastIndexByte(asked, ':'); i >= 0 {
		return asked[:i], asked[i:]
	}
	return asked, ""
}

// ownVersion gives a parameter of the caller's as GetParameter does; ok is false if there is none.
func (v *view) ownVersion(asked string, decrypt bool) (out *ssmtypes.Parameter, ok bool, err error) {
	name, selector := splitSelector(asked)
	p, ok := v.ownParameter(name)
	if !ok {
		return nil, false, nil
	}
	at := p.newest()
	if selector != "" {
		n, err := strconv.ParseInt(selector[1:], 10, 64)
		i := slices.IndexFunc(p.versions, func(o parameterVersion) bool { return o.version == n })
		if err != nil || i < 0 { // there are no labels
			return nil, true, noVersion(selector[1:], p.name)
		}
		at = &p.versions[i]
	}
	out, err = v.renderOwn(p, at, decrypt)
	if out != nil && selector != "" {
		out.Selector = ptr(selector)
	}
	return out, true, err
}

func (v *view) renderOwn(p *ownParameter, at *parameterVersion, decrypt bool) (*ssmtypes.Parameter, error) {
	value, err := v.told(p, at, decrypt)
	if err != nil {
		return nil, err
	}
	return &ssmtypes.Parameter{
		ARN:              ptr(v.ownParameterARN(p.name)),
		DataType:         ptr(at.dataType),
		LastModifiedDate: ptr(at.changed.UTC().Truncate(time.Millisecond)),
		Name:             ptr(p.name),
		Type:             at.typ,
		Value:            ptr(value),
		Version:          at.version,
	}, nil
}
