package engine

// instanceOptionOperations change what a launch can say too, each in the file of its subject.
var instanceOptionOperations = []operation{
	writing("InstanceIds", (*tx).monitorInstances),
	writing("InstanceIds", (*tx).unmonitorInstances),
	writing("InstanceId CoreCount ThreadsPerCore NestedVirtualization", (*tx).modifyInstanceCpuOptions),
}
