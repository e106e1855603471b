package backend

import (
	"context"
	"iter"
	"time"
)

// Words for versions of a launch template, beside their numbers.
const (
	DefaultVersion = "$Default"
	LatestVersion  = "$Latest"
)

// LaunchTemplates is the ability to keep launches as launch templates
// (https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/ec2-launch-templates.html).
type LaunchTemplates interface {
	// LaunchTemplates lists by ID and filters, such as "launch-template-name".
	LaunchTemplates(ctx context.Context, q Query) iter.Seq2[LaunchTemplate, error]
	// LaunchTemplateVersions lists versions of a template, by number or word; without any, all of them, the latest first.
	LaunchTemplateVersions(ctx context.Context, templateID string, versions ...string) iter.Seq2[LaunchTemplateVersion, error]
	// CreateLaunchTemplate makes a template, of whose one version the request is. A name that is taken is ErrAlreadyExists.
	CreateLaunchTemplate(ctx context.Context, req CreateLaunchTemplateRequest) (LaunchTemplate, error)
	// CreateLaunchTemplateVersion adds a version and gives its number. With a token that was used before for the same
	// request it answers what it answered then.
	CreateLaunchTemplateVersion(ctx context.Context, req CreateLaunchTemplateVersionRequest) (number int, err error)
	// SetDefaultLaunchTemplateVersion says which version launches use that name none.
	SetDefaultLaunchTemplateVersion(ctx context.Context, templateID string, number int) error
	// DeleteLaunchTemplate takes a template away, with all its versions.
	DeleteLaunchTemplate(ctx context.Context, templateID string) error
}

// LaunchTemplate is what EC2 tells of a launch template.
type LaunchTemplate struct {
	ID, Name        string
	Default, Latest int // numbers of versions
	Created         time.Time
	Tags            map[string]string
}

// LaunchTemplateVersion is one version of a launch template. It is never changed.
type LaunchTemplateVersion struct {
	TemplateID, TemplateName string
	Number                   int
	Default                  bool
	Description              string
	Created                  time.Time
	// Launch is what the version says of a launch; it has no counts and no client token.
	Launch RunRequest
	// Requirements are what it says in the place of an instance type; their architectures are empty.
	Requirements *Requirements
	// Unread are what it says beyond that, as paths of EC2's names.
	Unread []string
}

// CreateLaunchTemplateRequest makes a template
// (https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateLaunchTemplate.html).
type CreateLaunchTemplateRequest struct {
	Name         string
	Description  string // of the version
	Launch       RunRequest
	Requirements *Requirements // in the place of an instance type
	Tags         map[string]string
	ClientToken  string
}

// CreateLaunchTemplateVersionRequest adds a version
// (https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateLaunchTemplateVersion.html).
type CreateLaunchTemplateVersionRequest struct {
	TemplateID   string
	Source       string // the number of the version from which it takes what Launch doesn't say, or a word; empty for none
	Description  string
	Launch       RunRequest
	Requirements *Requirements // in the place of an instance type
	ClientToken  string
}
