package catalogue

var NameParameters = nameParameters
