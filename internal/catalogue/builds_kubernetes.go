package catalogue

import "fmt"

// kubernetesVersions are those of which the cloud has images of nodes.
var kubernetesVersions = []string{"1.32", "1.33", "1.34"}

// kubernetesBuilds are images of nodes of Kubernetes: of Amazon EKS on Amazon Linux 2023, and Bottlerocket.
func kubernetesBuilds() []Build { return append(eksBuilds(), bottlerocketBuilds()...) }

// eksBuilds (https://docs.aws.amazon.com/eks/latest/userguide/retrieve-ami-id.html).
func eksBuilds() []Build {
	var all []Build
	for _, version := range kubernetesVersions {
		for _, of := range []struct{ arch, variant string }{{"x86_64", "standard"}, {"arm64", "standard"}, {"x86_64", "nvidia"}, {"x86_64", "neuron"}} {
			for _, serial := range []string{"20260325", "20260415"} {
				name := fmt.Sprintf("amazon-eks-node-al2023-%s-%s-%s-v%s", of.arch, of.variant, version, serial)
				b := linux(eks, of.arch, name, serial)
				b.Description = fmt.Sprintf("EKS-optimized Kubernetes node based on Amazon Linux 2023, (k8s: %s, variant: %s)", version, of.variant) // (mem)
				b.IMDSSupport, b.RootDevice, b.Root = "v2.0", "/dev/xvda", gp3(20)
				path := fmt.Sprintf("/aws/service/eks/optimized-ami/%s/amazon-linux-2023/%s/%s/", version, of.arch, of.variant)
				b.lead(path + name + "/image_id")
				if serial == "20260415" {
					b.lead(path + "recommended/image_id")
				}
				all = append(all, b)
			}
		}
	}
	return all
}

// bottlerocketBuilds (https://bottlerocket.dev/en/os/1.19.x/install/quickstart/aws/), which keep the system and its data
// on two volumes.
func bottlerocketBuilds() []Build {
	var all []Build
	for _, version := range kubernetesVersions {
		for _, variant := range []string{"aws-k8s-" + version, "aws-k8s-" + version + "-nvidia"} {
			for _, arch := range servers {
				for _, of := range []struct{ release, commit, serial string }{{"1.54.0", "5043decc", "20260302"}, {"1.56.0", "7d2a61f0", "20260410"}} {
					b := linux(bottlerocket, arch, fmt.Sprintf("bottlerocket-%s-%s-v%s-%s", variant, arch, of.release, of.commit), of.serial)
					b.Description = b.Name // (mem)
					b.RootDevice, b.Root = "/dev/xvda", gp2(2)
					b.Data = []DataVolume{{"/dev/xvdb", gp2(20)}}
					path := fmt.Sprintf("/aws/service/bottlerocket/%s/%s/", variant, arch)
					b.lead(path + of.release + "/image_id")
					b.lead(path + of.release + "-" + of.commit + "/image_id")
					if of.release == "1.56.0" {
						b.lead(path + "latest/image_id")
					}
					all = append(all, b)
				}
			}
		}
	}
	return all
}
