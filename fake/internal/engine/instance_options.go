package engine

// instanceOptionOperations change what a launch can say too, each in the file of its subject.
var instanceOptionOperations = []operation{
	writing("InstanceIds", (*tx).monitorInstances),
	writing("InstanceIds", (*tx).unmonitorInstances),
	writing("InstanceId CoreCount ThreadsPerCore NestedVirtualization", (*tx).modifyInstanceCpuOptions),
	writing("InstanceId HttpEndpoint HttpProtocolIpv6 HttpPutResponseHopLimit HttpTokens InstanceMetadataTags",
		(*tx).modifyInstanceMetadataOptions),
	writing("HttpEndpoint HttpPutResponseHopLimit HttpTokens HttpTokensEnforced InstanceMetadataTags",
		(*tx).modifyInstanceMetadataDefaults),
	reading("", (*view).getInstanceMetadataDefaults),
	writing("InstanceId Affinity GroupId GroupName HostId HostResourceGroupArn PartitionNumber Tenancy", (*tx).modifyInstancePlacement),
	writing("InstanceId AutoRecovery RebootMigration", (*tx).modifyInstanceMaintenanceOptions),
	writing("InstanceId InstanceEventId NotBefore", (*tx).modifyInstanceEventStartTime),
	reading("Instances ReasonCodes Status Description StartTime EndTime", (*view).reportInstanceStatus),
	writing("InstanceId", (*tx).sendDiagnosticInterrupt),
	writing("InstanceId EnableResourceNameDnsAAAARecord EnableResourceNameDnsARecord PrivateDnsHostnameType",
		(*tx).modifyPrivateDnsNameOptions),
	writing(`InstanceId CapacityReservationSpecification{CapacityReservationPreference
		CapacityReservationTarget{CapacityReservationId CapacityReservationResourceGroupArn}}`,
		(*tx).modifyInstanceCapacityReservationAttributes),
	writing("InstanceId BandwidthWeighting", (*tx).modifyInstanceNetworkPerformanceOptions),
	reading("InstanceId Latest", (*view).getConsoleOutput),
	reading("InstanceId", (*view).getPasswordData),
}
