package tooltest

// LikeByDefinition says by definition whether the pattern of a filter matches a value, which may take very long.
func LikeByDefinition(pattern, value []rune) bool {
	if len(pattern) == 0 {
		return len(value) == 0
	}
	switch p := pattern[0]; {
	case p == '*':
		return LikeByDefinition(pattern[1:], value) || len(value) > 0 && LikeByDefinition(pattern, value[1:])
	case p == '?':
		return LikeByDefinition(pattern[1:], value) || len(value) > 0 && LikeByDefinition(pattern[1:], value[1:])
	case p == '\\' && len(pattern) > 1:
		return len(value) > 0 && value[0] == pattern[1] && LikeByDefinition(pattern[2:], value[1:])
	default:
		return len(value) > 0 && value[0] == p && LikeByDefinition(pattern[1:], value[1:])
	}
}
