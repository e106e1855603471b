package backendtest

import "github.com/amiclass/amiclass/backend"

// ability is a further interface that the backend has; without it the behaviour is skipped.
func ability[A any](s *scene, name string) A {
	s.Helper()
	a, ok := s.Backend.(A)
	if !ok {
		s.Skipf("%T has no backend.%s", s.Backend, name)
	}
	return a
}

func (s *scene) sharing() backend.ImageSharing {
	s.Helper()
	return ability[backend.ImageSharing](s, "ImageSharing")
}

func (s *scene) retirement() backend.ImageRetirement {
	s.Helper()
	return ability[backend.ImageRetirement](s, "ImageRetirement")
}

func (s *scene) changes() backend.InstanceChanges {
	s.Helper()
	return ability[backend.InstanceChanges](s, "InstanceChanges")
}

func (s *scene) consoles() backend.Consoles {
	s.Helper()
	return ability[backend.Consoles](s, "Consoles")
}

func (s *scene) firewalls() backend.Firewalls {
	s.Helper()
	return ability[backend.Firewalls](s, "Firewalls")
}

func (s *scene) keyPairs() backend.KeyPairs {
	s.Helper()
	return ability[backend.KeyPairs](s, "KeyPairs")
}

func (s *scene) credits() backend.Credits {
	s.Helper()
	return ability[backend.Credits](s, "Credits")
}

// stranger is the other account that images may be shared with.
func (s *scene) stranger() []backend.LaunchPermission {
	s.Helper()
	if s.OtherAccount == "" {
		s.Skip("World.OtherAccount is empty: there is nobody to share an image with")
	}
	return []backend.LaunchPermission{{AccountID: s.OtherAccount}}
}
