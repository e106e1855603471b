package instance

// hardware is an exact type or needs: whichever was said last.
type hardware struct {
	exact string // empty for needs
	needs Needs
	typed bool
}

// WithType says the instance type by its name, such as "m7g.large". It replaces needs.
func (s Spec) WithType(name string) Spec {
	s.hardware = some(hardware{exact: name, typed: true})
	return s
}

// WithHardware says what the hardware has to have; the launch chooses the type, as [Needs.Types]
// tells, among those that its image can run on. It replaces an instance type.
func (s Spec) WithHardware(n Needs) Spec {
	s.hardware = some(hardware{needs: n})
	return s
}

// WithEBSOptimized asks for dedicated bandwidth to EBS. Most types of today have it without being
// asked (https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/ebs-optimized.html).
func (s Spec) WithEBSOptimized(on bool) Spec { s.ebsOptimized = some(on); return s }

// Type is the instance type by name; empty if the spec says needs or nothing.
func (s Spec) Type() string { return s.hardware.value.exact }

// Needs are what the hardware has to have; ok is false if the spec says a type or nothing.
func (s Spec) Needs() (n Needs, ok bool) {
	h, ok := s.hardware.get()
	return h.needs, ok && !h.typed
}

// EBSOptimized tells whether dedicated bandwidth to EBS is asked for; said is false where the spec
// leaves it open.
func (s Spec) EBSOptimized() (on, said bool) { return s.ebsOptimized.get() }
