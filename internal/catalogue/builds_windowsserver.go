package catalogue

import (
	"fmt"
	"strings"
)

// The days on which AWS released Windows images, after the patches of the month (made up).
const windowsBefore, windowsNow = "2026.03.11", "2026.04.15"

// windowsBuilds (https://docs.aws.amazon.com/ec2/latest/windows-ami-reference/windows-amis.html).
func windowsBuilds() []Build {
	var all []Build
	add := func(release, language, install, content, serial string) {
		all = append(all, windowsBuild(release, language, install, content, serial))
	}
	for _, release := range []string{"2016", "2019", "2022", "2025"} {
		for _, install := range []string{"Full", "Core"} {
			add(release, "English", install, "Base", windowsBefore)
			add(release, "English", install, "Base", windowsNow)
		}
	}
	for _, edition := range []string{"Express", "Web", "Standard", "Enterprise"} {
		add("2022", "English", "Full", "SQL_2022_"+edition, windowsNow)
		add("2025", "English", "Full", "SQL_2022_"+edition, windowsNow)
	}
	add("2019", "English", "Full", "SQL_2019_Standard", windowsNow)
	add("2016", "English", "Core", "SQL_2016_SP3_Standard", windowsNow)
	add("2022", "Japanese", "Full", "Base", windowsNow)
	add("2025", "German", "Full", "Base", windowsNow)
	return all
}

func windowsBuild(release, language, install, content, serial string) Build {
	words := []string{"release", release, "language", language, "install", install, "content", content, "serial", serial}
	b := linux(windows, "x86_64", Fill(WindowsNaming.Image, words...), serial)
	b.Platform, b.PlatformDetails, b.UsageOperation = "windows", "Windows", "RunInstances:0002"
	b.Description = windowsDescription(release, language, install, content)
	b.InstanceStores = windowsStores
	b.BootMode = ""
	if release == "2025" { // https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/launch-instance-boot-mode.html
		b.BootMode = "uefi"
	}
	b.Root = gp3(30) // (mem)
	if sql, ok := strings.CutPrefix(content, "SQL_"); ok {
		b.Root = gp3(50) // (mem)
		switch edition := sql[strings.LastIndexByte(sql, '_')+1:]; edition {
		// https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/billing-info-fields.html; Express costs nothing.
		case "Standard":
			b.PlatformDetails, b.UsageOperation = "Windows with SQL Server Standard", "RunInstances:0006"
		case "Web":
			b.PlatformDetails, b.UsageOperation = "Windows with SQL Server Web", "RunInstances:0202"
		case "Enterprise":
			b.PlatformDetails, b.UsageOperation = "Windows with SQL Server Enterprise", "RunInstances:0102"
		}
	}
	if serial == windowsNow {
		b.lead(Fill(WindowsNaming.Parameter, words...))
	}
	return b
}

func windowsDescription(release, language, install, content string) string {
	if install == "Full" && (release == "2016" || release == "2019") {
		install = "with Desktop Experience"
	}
	with := ""
	if sql, ok := strings.CutPrefix(content, "SQL_"); ok {
		with = " with SQL " + strings.ReplaceAll(sql, "_", " ")
	}
	return fmt.Sprintf("Microsoft Windows Server %s %s Locale %s%s AMI provided by Amazon", release, install, language, with)
}

// windowsStores are the mappings that every image of Windows has, for types with that many volumes:
// xvdca is ephemeral0 and so on.
var windowsStores = func() []InstanceStore {
	var stores []InstanceStore
	for i := range 24 {
		stores = append(stores, InstanceStore{fmt.Sprintf("xvdc%c", 'a'+i), fmt.Sprintf("ephemeral%d", i)})
	}
	return stores
}()
