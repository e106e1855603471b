package engine

import (
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/ec2"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/amiclass/amiclass/internal/glob"
)

const imageCriteriaFields = `ImageCriteria{
	CreationDateCondition{MaximumDaysSinceCreated} DeprecationTimeCondition{MaximumDaysSinceDeprecated}
	ImageNames ImageProviders
	ImageWatermarks{MaximumDaysSinceSourceImageCreated MaximumDaysSinceWatermarkCreated SourceImageRegion WatermarkKey}
	MarketplaceProductCodes
	ScanResultCondition{MaxDaysSinceCriticalFixAvailable MaxDaysSinceHighFixAvailable MaxDaysSinceInformationalFixAvailable
		MaxDaysSinceLastFindingScan MaxDaysSinceLowFixAvailable MaxDaysSinceMediumFixAvailable MaximumSeverityLabel}}`

// Limits of https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_ImageCriterionRequest.html.
const (
	maxImageCriteria     = 10
	maxCriterionValues   = 50
	maxCriterionOwners   = 200
	maxCriterionName     = 128
	maxCriterionCodeSize = 25
)

const marketplaceAlias = "aws-marketplace"

// The aliases by which images are found that aren't an account's own.
var ownerAliases = []string{amazonAlias, marketplaceAlias, "aws-backup-vault"}

// imageCriterion is one of the criteria for images that others made. All that it says must hold.
type imageCriterion struct {
	owners, names, codes []string
	patterns             []glob.Pattern // of the names
	maxAge               *int32         // days since an image was made
	maxDeprecated        *int32         // days since it became deprecated
	watermarks           []ec2types.ImageWatermarkFilterResponse
	scan                 *ec2types.ScanResultCondition
}

// settings are the caller's as they are; nil if he has changed nothing.
func (v *view) settings() *imageSettings {
	if v.state.imageSettings.Len() == 0 {
		return nil
	}
	s, _ := v.state.imageSettings.Get(itoa(int(v.scope)))
	return s
}

// isAllowed tells whether an image meets the caller's criteria for Allowed AMIs, or there are none in force.
// His own always do (https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/ec2-allowed-amis.html). That without
// any criterion no other does is (mem).
func (v *view) isAllowed(im *image) bool {
	s := v.settings()
	return s == nil || s.allowed == "" || im.scope == v.scope ||
		slices.ContainsFunc(s.criteria, func(c imageCriterion) bool { return v.meets(im, &c) })
}

// hides tells whether the caller's criteria keep an image from him.
func (v *view) hides(im *image) bool {
	s := v.settings()
	return s != nil && s.allowed == ec2types.AllowedImagesSettingsEnabledStateEnabled && !v.isAllowed(im)
}

// meets tells whether an image of another's meets a criterion. None here was scanned, and what wasn't scanned doesn't
// meet a condition on scans.
func (v *view) meets(im *image, c *imageCriterion) bool {
	owner := v.places[im.scope].Account
	within := func(since time.Time, days *int32) bool {
		return days == nil || v.now.Sub(since) <= time.Duration(*days)*day
	}
	switch {
	case len(c.owners) > 0 && !slices.Contains(c.owners, owner) && (im.ownerAlias == "" || !slices.Contains(c.owners, im.ownerAlias)):
	case len(c.names) > 0 && !slices.ContainsFunc(c.patterns, func(p glob.Pattern) bool { return p.Match(im.name) }):
	case len(c.codes) > 0 && !slices.ContainsFunc(im.productCodes, func(p ec2types.ProductCode) bool {
		return p.ProductCodeType == ec2types.ProductCodeValuesMarketplace && slices.Contains(c.codes, deref(p.ProductCodeId))
	}):
	case len(c.watermarks) > 0 && !v.isMarked(im, c.watermarks), c.scan != nil:
	case !within(v.imageCreatedAt(im), c.maxAge):
	case c.maxDeprecated != nil && v.isDeprecated(im) && (*c.maxDeprecated == 0 || !within(v.imageDeprecates(im), c.maxDeprecated)):
	default:
		return true
	}
	return false
}

// isMarked tells whether an image has a watermark that is as one of the filters says.
func (v *view) isMarked(im *image, filters []ec2types.ImageWatermarkFilterResponse) bool {
	return slices.ContainsFunc(im.watermarks, func(w watermark) bool {
		return slices.ContainsFunc(filters, func(f ec2types.ImageWatermarkFilterResponse) bool { return w.meets(v.now, &f) })
	})
}

func (t *tx) enableAllowedImagesSettings(in *ec2.EnableAllowedImagesSettingsInput) (*ec2.EnableAllowedImagesSettingsOutput, error) {
	switch {
	case in.AllowedImagesSettingsState == "":
		return nil, missing("AllowedImagesSettingsState")
	case !slices.Contains(in.AllowedImagesSettingsState.Values(), in.AllowedImagesSettingsState):
		return nil, badValue("AllowedImagesSettingsState", in.AllowedImagesSettingsState, "Expecting enabled or audit-mode.")
	}
	s := t.imageSettings()
	s.allowed = in.AllowedImagesSettingsState
	t.state.imageSettings.Put(&t.undo, s)
	return &ec2.EnableAllowedImagesSettingsOutput{AllowedImagesSettingsState: s.allowed}, nil
}

// disableAllowedImagesSettings leaves the criteria as they are, of no effect.
func (t *tx) disableAllowedImagesSettings(*ec2.DisableAllowedImagesSettingsInput) (*ec2.DisableAllowedImagesSettingsOutput, error) {
	s := t.imageSettings()
	s.allowed = ""
	t.state.imageSettings.Put(&t.undo, s)
	return &ec2.DisableAllowedImagesSettingsOutput{AllowedImagesSettingsState: ec2types.AllowedImagesSettingsDisabledStateDisabled}, nil
}

func (v *view) getAllowedImagesSettings(*ec2.GetAllowedImagesSettingsInput) (*ec2.GetAllowedImagesSettingsOutput, error) {
	s := v.imageSettings()
	state := string(s.allowed)
	if state == "" {
		state = string(ec2types.AllowedImagesSettingsDisabledStateDisabled)
	}
	out := &ec2.GetAllowedImagesSettingsOutput{ManagedBy: ec2types.ManagedByAccount, State: ptr(state)}
	for i := range s.criteria {
		out.ImageCriteria = append(out.ImageCriteria, s.criteria[i].render())
	}
	return out, nil
}

func (c *imageCriterion) render() ec2types.ImageCriterion {
	out := ec2types.ImageCriterion{
		ImageNames:              slices.Clone(c.names),
		ImageProviders:          slices.Clone(c.owners),
		MarketplaceProductCodes: slices.Clone(c.codes),
	}
	if c.maxAge != nil {
		out.CreationDateCondition = &ec2types.CreationDateCondition{MaximumDaysSinceCreated: copyOf(c.maxAge)}
	}
	if c.maxDeprecated != nil {
		out.DeprecationTimeCondition = &ec2types.DeprecationTimeCondition{MaximumDaysSinceDeprecated: copyOf(c.maxDeprecated)}
	}
	for _, w := range c.watermarks {
		out.ImageWatermarks = append(out.ImageWatermarks, ec2types.ImageWatermarkFilterResponse{
			MaximumDaysSinceSourceImageCreated: copyOf(w.MaximumDaysSinceSourceImageCreated),
			MaximumDaysSinceWatermarkCreated:   copyOf(w.MaximumDaysSinceWatermarkCreated),
			SourceImageRegion:                  copyOf(w.SourceImageRegion),
			WatermarkKey:                       copyOf(w.WatermarkKey),
		})
	}
	if s := c.scan; s != nil {
		out.ScanResultCondition = copyScan(*s)
	}
	return out
}

// copyScan takes a condition by value and gives new pointers to what it says.
func copyScan(s ec2types.ScanResultCondition) *ec2types.ScanResultCondition {
	for _, days := range scanDays(&s) {
		*days.of = copyOf(*days.of)
	}
	return &s
}

type namedDays struct {
	name string
	of   **int32
}

func scanDays(s *ec2types.ScanResultCondition) []namedDays {
	return []namedDays{
		{"MaxDaysSinceCriticalFixAvailable", &s.MaxDaysSinceCriticalFixAvailable},
		{"MaxDaysSinceHighFixAvailable", &s.MaxDaysSinceHighFixAvailable},
		{"MaxDaysSinceInformationalFixAvailable", &s.MaxDaysSinceInformationalFixAvailable},
		{"MaxDaysSinceLastFindingScan", &s.MaxDaysSinceLastFindingScan},
		{"MaxDaysSinceLowFixAvailable", &s.MaxDaysSinceLowFixAvailable},
		{"MaxDaysSinceMediumFixAvailable", &s.MaxDaysSinceMediumFixAvailable},
	}
}

func (t *tx) replaceImageCriteriaInAllowedImagesSettings(in *ec2.ReplaceImageCriteriaInAllowedImagesSettingsInput) (*ec2.ReplaceImageCriteriaInAllowedImagesSettingsOutput, error) {
	if n := len(in.ImageCriteria); n > maxImageCriteria {
		return nil, badValue("ImageCriteria", n, "There can be at most %d criteria.", maxImageCriteria)
	}
	s := t.imageSettings()
	s.criteria = make([]imageCriterion, len(in.ImageCriteria))
	for i := range in.ImageCriteria {
		if err := s.criteria[i].read(&in.ImageCriteria[i], "ImageCriterion."+itoa(i+1)+"."); err != nil {
			return nil, err
		}
	}
	t.state.imageSettings.Put(&t.undo, s)
	return &ec2.ReplaceImageCriteriaInAllowedImagesSettingsOutput{ReturnValue: ptr(true)}, nil
}

// read checks a criterion of a request and copies it. The code of the refusals is (mem).
func (c *imageCriterion) read(in *ec2types.ImageCriterionRequest, path string) error {
	for _, list := range []struct {
		name   string
		values []string
		max    int
		valid  func(string) bool
		want   string
		to     *[]string
	}{
		{"ImageProvider", in.ImageProviders, maxCriterionOwners, isImageProvider, "Expecting amazon, aws-marketplace, aws-backup-vault, none or an account ID.", &c.owners},
		{"ImageName", in.ImageNames, maxCriterionValues, isImageNamePattern, "Expecting up to 128 of the characters of AMI names, * and ?.", &c.names},
		{"MarketplaceProductCode", in.MarketplaceProductCodes, maxCriterionValues, isProductCode, "Expecting up to 25 letters and digits.", &c.codes},
	} {
		if len(list.values) > list.max {
			return badValue(path+list.name, len(list.values), "There can be at most %d values.", list.max)
		}
		for _, value := range list.values {
			if !list.valid(value) {
				return badValue(path+list.name, value, "%s", list.want)
			}
		}
		*list.to = slices.Clone(list.values)
	}
	if len(c.owners) > 1 && slices.Contains(c.owners, noProvider) {
		return badValue(path+"ImageProvider", noProvider, "It can't be specified with others.")
	}
	for _, name := range c.names {
		c.patterns = append(c.patterns, glob.Compile(name))
	}
	if d := in.CreationDateCondition; d != nil {
		c.maxAge = copyOf(d.MaximumDaysSinceCreated)
	}
	if d := in.DeprecationTimeCondition; d != nil {
		c.maxDeprecated = copyOf(d.MaximumDaysSinceDeprecated)
	}
	days := []namedDays{{"CreationDateCondition.MaximumDaysSinceCreated", &c.maxAge}, {"DeprecationTimeCondition.MaximumDaysSinceDeprecated", &c.maxDeprecated}}
	days = append(days, c.readScan(in.ScanResultCondition)...)
	if len(in.ImageWatermarks) > maxCriterionValues {
		return badValue(path+"ImageWatermark", len(in.ImageWatermarks), "There can be at most %d values.", maxCriterionValues)
	}
	c.watermarks = make([]ec2types.ImageWatermarkFilterResponse, len(in.ImageWatermarks))
	for i, w := range in.ImageWatermarks {
		to := &c.watermarks[i]
		to.MaximumDaysSinceSourceImageCreated = copyOf(w.MaximumDaysSinceSourceImageCreated)
		to.MaximumDaysSinceWatermarkCreated = copyOf(w.MaximumDaysSinceWatermarkCreated)
		to.SourceImageRegion, to.WatermarkKey = copyOf(w.SourceImageRegion), copyOf(w.WatermarkKey)
		days = append(days,
			namedDays{"ImageWatermark.MaximumDaysSinceSourceImageCreated", &to.MaximumDaysSinceSourceImageCreated},
			namedDays{"ImageWatermark.MaximumDaysSinceWatermarkCreated", &to.MaximumDaysSinceWatermarkCreated})
	}
	for _, d := range days {
		if deref(*d.of) < 0 {
			return badValue(path+d.name, **d.of, "Expecting a value greater than or equal to 0.")
		}
	}
	if c.scan != nil && c.scan.MaximumSeverityLabel != "" && !slices.Contains(c.scan.MaximumSeverityLabel.Values(), c.scan.MaximumSeverityLabel) {
		return badValue(path+"ScanResultCondition.MaximumSeverityLabel", c.scan.MaximumSeverityLabel, "Unknown severity.")
	}
	return nil
}

func (c *imageCriterion) readScan(in *ec2types.ScanResultConditionRequest) []namedDays {
	if in == nil {
		return nil
	}
	c.scan = copyScan(ec2types.ScanResultCondition{
		MaxDaysSinceCriticalFixAvailable:      in.MaxDaysSinceCriticalFixAvailable,
		MaxDaysSinceHighFixAvailable:          in.MaxDaysSinceHighFixAvailable,
		MaxDaysSinceInformationalFixAvailable: in.MaxDaysSinceInformationalFixAvailable,
		MaxDaysSinceLastFindingScan:           in.MaxDaysSinceLastFindingScan,
		MaxDaysSinceLowFixAvailable:           in.MaxDaysSinceLowFixAvailable,
		MaxDaysSinceMediumFixAvailable:        in.MaxDaysSinceMediumFixAvailable,
		MaximumSeverityLabel:                  in.MaximumSeverityLabel,
	})
	return scanDays(c.scan)
}

// noProvider allows nobody's images but one's own.
const noProvider = "none"

func isImageProvider(s string) bool {
	return s == noProvider || slices.Contains(ownerAliases, s) || isAccount(s)
}

func isImageNamePattern(s string) bool {
	return len(s) > 0 && len(s) <= maxCriterionName && (!strings.Contains(s, "?") || len(s) >= 3) &&
		!strings.ContainsFunc(s, func(r rune) bool { return r != '*' && r != '?' && notInImageName(r) })
}

func isProductCode(s string) bool {
	return len(s) > 0 && len(s) <= maxCriterionCodeSize && strings.Trim(s, "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ") == ""
}
