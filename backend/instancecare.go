package backend

import (
	"context"
	"time"
)

// InstanceChanges is the ability to change instances that exist.
type InstanceChanges interface {
	// ModifyInstance makes one change, and only one
	// (https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_ModifyInstanceAttribute.html).
	ModifyInstance(ctx context.Context, id string, change InstanceChange) error
	// ModifyMetadataOptions changes those options that are set.
	ModifyMetadataOptions(ctx context.Context, id string, o MetadataOptions) error
	// SetMonitoring switches detailed monitoring.
	SetMonitoring(ctx context.Context, ids []string, on bool) error
}

// InstanceChange is one change of an instance: one of its fields is set.
type InstanceChange struct {
	Type                 string // of a stopped instance
	TerminationProtected *bool
	StopProtected        *bool
	ShutdownBehavior     string // "stop" or "terminate"
	UserData             []byte // of a stopped instance; raw, not base64
	GroupIDs             []string
	SourceDestCheck      *bool
}

// Consoles is the ability to look at what an instance shows.
type Consoles interface {
	// ConsoleOutput gives what EC2 has of the instance's console, or, if latest, what stands there now
	// (https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_GetConsoleOutput.html).
	ConsoleOutput(ctx context.Context, id string, latest bool) (ConsoleOutput, error)
	// PasswordData gives the password of a Windows instance, encrypted with its key pair's public key:
	// no bytes as long as there is none
	// (https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_GetPasswordData.html).
	PasswordData(ctx context.Context, id string) ([]byte, error)
}

// ConsoleOutput is what an instance wrote on its console.
type ConsoleOutput struct {
	Time time.Time // when it was taken; zero if there is none
	Text []byte
}
