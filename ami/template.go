package ami

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"reflect"
	"strings"

	"github.com/amiclass/amiclass/backend"
	"github.com/amiclass/amiclass/instance"
	"github.com/amiclass/amiclass/internal/aftermath"
)

// Template is a version of a launch template.
type Template struct {
	ID, Name string
	Version  int
	Default  bool // launches use this version that name none
}

// String reads "version 3 of lt-… (web)".
func (t Template) String() string {
	return fmt.Sprintf("version %d of %s (%s)", t.Version, t.ID, t.Name)
}

// TemplateOption says what [Class.Template] does besides.
type TemplateOption func(*templating)

type templating struct{ byDefault bool }

// AsDefault makes the version the default one of the template.
func AsDefault() TemplateOption { return func(t *templating) { t.byDefault = true } }

// resolveSSM is before a parameter's name where a launch shall look the image up
// (https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/create-launch-template.html#use-an-ssm-parameter-instead-of-an-ami-id).
const resolveSSM = "resolve:ssm:"

// Template writes what a launch of the class with this spec would say into a launch template of be's region, which other tools
// launch by: Auto Scaling, fleets. It makes the template if there is none of that name, and else a new version of it, unless
// the latest one says the same already. What the launch would make first, the group of a declared firewall or a key pair, is
// made ([instance.ToTemplate]).
//
// The image is the one that the class means now; of a class by [ByParameter] it is the parameter, so that each launch looks it
// up. An error carries what was made; a version of a template isn't among that, since it costs nothing and nothing uses it.
func (c Class) Template(ctx context.Context, be backend.Backend, name string, spec instance.Spec, opts ...TemplateOption) (_ Template, err error) {
	var how templating
	for _, o := range opts {
		o(&how)
	}
	spec = c.defaults.Merge(spec)
	errs := []error{c.check(spec), checkBackend(be)}
	if !templateShape.MatchString(name) {
		errs = append(errs, fault("template", fmt.Sprintf("%q is no name of a launch template", name), "use 3 to 128 letters, digits and ( ) . - / _"))
	}
	if err := errors.Join(errs...); err != nil {
		return Template{}, err
	}
	templates, err := backend.Ability[backend.LaunchTemplates](be, "CreateLaunchTemplate", name)
	if err != nil {
		return Template{}, err
	}
	ctx, journal := backend.Track(ctx)
	defer func() {
		if err != nil {
			err = journal.Wrap(fmt.Errorf("launch template %s of class %q: %w", name, c.name, err))
		}
	}()
	r, err := c.resolve(ctx, be)
	if err != nil {
		return Template{}, err
	}
	launch, needs, err := instance.ToTemplate(ctx, be, r.Image, spec)
	if err != nil {
		return Template{}, err
	}
	if p, ok := c.selector.(byParameter); ok {
		launch.ImageID = resolveSSM + p.name
	}
	made, err := writeTemplate(ctx, be, templates, c, name, launch, needs)
	if err == nil && how.byDefault && !made.Default {
		err = templates.SetDefaultLaunchTemplateVersion(ctx, made.ID, made.Version)
		made.Default = err == nil
	}
	return made, err
}

// writeTemplate makes the template, or a version of it, unless there is one.
func writeTemplate(ctx context.Context, be backend.Backend, templates backend.LaunchTemplates, c Class, name string, launch backend.RunRequest, needs *backend.Requirements) (Template, error) {
	found, err := templateNamed(ctx, templates, name)
	if err != nil {
		return Template{}, err
	}
	if found.ID == "" {
		return createTemplate(ctx, be, templates, c, name, launch, needs)
	}
	made := Template{ID: found.ID, Name: found.Name}
	latest, err := templateVersion(ctx, templates, found.ID, backend.LatestVersion)
	if err != nil {
		return made, err
	}
	if len(latest.Unread) == 0 && reflect.DeepEqual(plainRequest(latest.Launch), plainRequest(launch)) && reflect.DeepEqual(latest.Requirements, needs) {
		made.Version, made.Default = latest.Number, latest.Default
		return made, nil
	}
	req := backend.CreateLaunchTemplateVersionRequest{
		TemplateID: found.ID, Description: "class " + c.pathText(), Launch: launch, Requirements: needs, ClientToken: "amiclass-" + rand.Text(),
	}
	made.Version, err = addVersion(ctx, templates, req)
	return made, err
}

// addVersion asks once more where nobody knows what came of it, with the same token, so that there is one version.
func addVersion(ctx context.Context, templates backend.LaunchTemplates, req backend.CreateLaunchTemplateVersionRequest) (number int, err error) {
	number, err = templates.CreateLaunchTemplateVersion(ctx, req)
	if aftermath.Uncertain(err) && ctx.Err() == nil {
		number, err = templates.CreateLaunchTemplateVersion(ctx, req)
	}
	return number, err
}

func createTemplate(ctx context.Context, be backend.Backend, templates backend.LaunchTemplates, c Class, name string, launch backend.RunRequest, needs *backend.Requirements) (Template, error) {
	req := backend.CreateLaunchTemplateRequest{
		Name: name, Description: "class " + c.pathText(), Launch: launch, Requirements: needs, ClientToken: "amiclass-" + rand.Text(),
		Tags: map[string]string{fromTag: c.pathText()},
	}
	found, err := templates.CreateLaunchTemplate(ctx, req)
	if err != nil && aftermath.Uncertain(err) {
		lost := err
		err = aftermath.Look(ctx, func(ctx context.Context) (bool, error) {
			var err error
			found, err = templateNamed(ctx, templates, name)
			return found.ID != "", err
		})
		switch {
		case err != nil:
			return Template{}, errors.Join(lost, fmt.Errorf("whether %s exists now is unknown: %w", name, err))
		case found.ID == "":
			return Template{}, lost
		case ctx.Err() != nil:
			err = lost
		}
	}
	if found.ID != "" {
		backend.Made(ctx, be, backend.KindLaunchTemplate, found.ID)
	}
	return Template{ID: found.ID, Name: found.Name, Version: found.Default, Default: true}, err
}

// plainRequest has nil where a list or map is empty, as what was read has.
func plainRequest(r backend.RunRequest) backend.RunRequest {
	v := reflect.ValueOf(&r).Elem()
	for i := range v.NumField() {
		if f := v.Field(i); (f.Kind() == reflect.Slice || f.Kind() == reflect.Map) && f.Len() == 0 {
			f.SetZero()
		}
	}
	return r
}

// FromTemplate makes a class, with this name, of a version of a launch template: a number, [backend.DefaultVersion] or
// [backend.LatestVersion]. Launched by the class, an instance is what the template would have made. Beyond are the things that
// the version says and a class can't, for people to read; they are lost in the class.
func FromTemplate(ctx context.Context, be backend.Backend, class, template, version string) (_ Class, beyond []string, err error) {
	if err := checkBackend(be); err != nil {
		return Class{}, nil, err
	}
	templates, l, err := existingTemplate(ctx, be, template)
	if err != nil {
		return Class{}, nil, err
	}
	v, err := templateVersion(ctx, templates, l.ID, version)
	if err != nil {
		return Class{}, nil, err
	}
	return fromTemplate(ctx, be, class, v)
}

func fromTemplate(ctx context.Context, be backend.Backend, class string, v backend.LaunchTemplateVersion) (Class, []string, error) {
	id := v.Launch.ImageID
	if id == "" {
		return Class{}, nil, &backend.Error{Op: "DescribeLaunchTemplateVersions", Resource: v.TemplateID, Kind: backend.ErrInvalid,
			Message: fmt.Sprintf("its version %d says no image, which a class needs", v.Number)}
	}
	selector := ByID(id)
	if parameter, ok := strings.CutPrefix(id, resolveSSM); ok {
		selector = ByParameter(parameter)
	}
	r, err := selector.Resolve(ctx, be, "")
	if err != nil {
		return Class{}, nil, fmt.Errorf("image of %s: %w", v.TemplateName, err)
	}
	spec, beyond := instance.FromTemplate(v, r.Image)
	return NewClass(class, selector).WithArchitecture(Architecture(r.Image.Architecture)).WithDefaults(spec), beyond, nil
}

// existingTemplate finds a template that has to be there.
func existingTemplate(ctx context.Context, be backend.Backend, name string) (backend.LaunchTemplates, backend.LaunchTemplate, error) {
	templates, err := backend.Ability[backend.LaunchTemplates](be, "DescribeLaunchTemplates", name)
	if err != nil {
		return nil, backend.LaunchTemplate{}, err
	}
	l, err := templateNamed(ctx, templates, name)
	if err == nil && l.ID == "" {
		err = &backend.Error{Op: "DescribeLaunchTemplates", Resource: name, Kind: backend.ErrNotFound,
			Message: fmt.Sprintf("there is no such launch template in %s: make it first", be.Region())}
	}
	return templates, l, err
}

// templateNamed finds a template by its name; it has no ID if there is none.
func templateNamed(ctx context.Context, templates backend.LaunchTemplates, name string) (backend.LaunchTemplate, error) {
	for l, err := range templates.LaunchTemplates(ctx, backend.Query{Filters: []backend.Filter{backend.By("launch-template-name", name)}}) {
		switch {
		case errors.Is(err, backend.ErrNotFound):
		case err != nil:
			return backend.LaunchTemplate{}, err
		case l.Name == name:
			return l, nil
		}
	}
	return backend.LaunchTemplate{}, nil
}

// templateVersion finds one version, by its number or a word.
func templateVersion(ctx context.Context, templates backend.LaunchTemplates, id, which string) (v backend.LaunchTemplateVersion, err error) {
	for v, err := range templates.LaunchTemplateVersions(ctx, id, which) {
		return v, err
	}
	return v, &backend.Error{Op: "DescribeLaunchTemplateVersions", Resource: id, Kind: backend.ErrNotFound, Message: "it has no version " + which}
}
