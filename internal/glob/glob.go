// Package glob matches texts as the filters of EC2 do
// (https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/Using_Filtering.html).
package glob

import "strings"

// Pattern is the value of a filter: "*" stands for any number of characters, "?" for none or one, and "\"
// takes the meaning away from the next character.
type Pattern struct {
	literal bool
	text    string // if literal
	tokens  []rune // otherwise; anyRunes and anyRune stand for the wildcards
}

const (
	anyRunes rune = -1
	anyRune  rune = -2
)

// Compile reads a pattern; every text is one.
func Compile(value string) Pattern {
	if !strings.ContainsAny(value, `*?\`) {
		return Pattern{literal: true, text: value}
	}
	p := Pattern{literal: true}
	escaped := false
	for _, r := range value {
		switch {
		case escaped:
			p.tokens, escaped = append(p.tokens, r), false
		case r == '\\':
			escaped = true
		case r == '*':
			p.tokens, p.literal = append(p.tokens, anyRunes), false
		case r == '?':
			p.tokens, p.literal = append(p.tokens, anyRune), false
		default:
			p.tokens = append(p.tokens, r)
		}
	}
	if escaped { // a backslash at the end stands for itself
		p.tokens = append(p.tokens, '\\')
	}
	if p.literal {
		p.text = string(p.tokens)
	}
	return p
}

// Literal tells whether the pattern has no wildcard, so that it matches one text only.
func (p Pattern) Literal() bool { return p.literal }

// Text is what a literal pattern matches.
func (p Pattern) Text() string { return p.text }

// Match tells whether the whole of a text is like the pattern. It runs all positions of the pattern side by side, so that no value can make it slow.
func (p Pattern) Match(value string) bool {
	if p.literal {
		return p.text == value
	}
	n := len(p.tokens) + 1
	buffers := make([]bool, 2*n)
	at, next := buffers[:n], buffers[n:]
	p.reach(at, 0)
	for _, r := range value {
		clear(next)
		for i, here := range at[:n-1] {
			if !here {
				continue
			}
			switch p.tokens[i] {
			case anyRunes:
				p.reach(next, i)
			case anyRune, r:
				p.reach(next, i+1)
			}
		}
		at, next = next, at
	}
	return at[n-1]
}

// reach marks a position, and those that are reached from it without a character.
func (p Pattern) reach(at []bool, i int) {
	for at[i] = true; i < len(p.tokens) && p.tokens[i] < 0; {
		i++
		at[i] = true
	}
}
