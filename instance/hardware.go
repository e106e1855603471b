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

// WithHibernation configures the instance so that it can hibernate: its memory then goes to the root
// volume, which has to be encrypted and large enough for it. This can't be changed later
// (https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/hibernating-prerequisites.html).
func (s Spec) WithHibernation(on bool) Spec { s.hibernation = some(on); return s }

// WithEnclave lets the instance run Nitro enclaves
// (https://docs.aws.amazon.com/enclaves/latest/user/nitro-enclave.html).
func (s Spec) WithEnclave(on bool) Spec { s.enclave = some(on); return s }

// Hibernation tells whether the instance shall be able to hibernate; said is false where the spec
// leaves it open.
func (s Spec) Hibernation() (on, said bool) { return s.hibernation.get() }

// Enclave tells whether the instance shall be able to run enclaves; said is false where the spec leaves
// it open.
func (s Spec) Enclave() (on, said bool) { return s.enclave.get() }

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
