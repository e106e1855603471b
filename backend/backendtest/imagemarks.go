package backendtest

import "github.com/amiclass/amiclass/backend"

// imageMarks are what is said of images besides what they are: where they come from, where they may run, and what names them.
func imageMarks() []Behaviour {
	const (
		marks = guide + "ami-watermark.html"
		types = api + "ReplaceImageInstanceTypeSpecification.html"
	)
	return []Behaviour{
		{"what is made of a marked image has the mark too", marks, func(s *scene) {
			marked := ability[backend.ImageWatermarks](s, "ImageWatermarks")
			im := s.picture(s.run().ID)
			key, err := marked.AttachImageWatermark(s.ctx, im.ID, "conformance")
			s.must(err, "attach a watermark")
			has := s.imageOf(s.Backend, im.ID).Watermarks
			s.holds(len(has) == 1 && has[0].Key == key && has[0].SourceID == im.ID, "its watermarks are %+v", has)
			id, err := s.copyTo(s.Backend, im, func(r *backend.CopyImageRequest) { r.Name = s.name + "-copy" })
			s.must(err, "copy it")
			has = s.available(s.Backend, id).Watermarks
			s.holds(len(has) == 1 && has[0].Key == key && has[0].SourceID == im.ID, "the copy's watermarks are %+v", has)
			s.must(marked.DetachImageWatermark(s.ctx, im.ID, key), "detach it")
			s.holds(len(s.imageOf(s.Backend, im.ID).Watermarks) == 0, "it is marked still")
			s.holds(len(s.imageOf(s.Backend, id).Watermarks) == 1, "the copy isn't marked any more")
		}},
		{"an image is launched on the types that its owner says", types, func(s *scene) {
			limits := ability[backend.ImageTypes](s, "ImageTypes")
			im := s.picture(s.run().ID)
			of := func(r *backend.RunRequest) { r.ImageID = im.ID }
			s.must(limits.LimitImageTypes(s.ctx, im.ID, []string{"x1e.*"}, nil), "limit its types")
			s.equal("the supported types", len(s.imageOf(s.Backend, im.ID).SupportedTypes), 1)
			_, err := s.try(s.request(of))
			s.refused(err, backend.ErrInvalid, "InvalidParameterCombination")
			s.must(limits.LimitImageTypes(s.ctx, im.ID, nil, nil), "lift the limit")
			s.run(of)
		}},
		{"a parameter names an image until it is deleted", "https://docs.aws.amazon.com/systems-manager/latest/userguide/parameter-store-ec2-aliases.html", func(s *scene) {
			store, parameters := ability[backend.ParameterStore](s, "ParameterStore"), s.parameters()
			name := "/conformance/" + s.name
			s.must(store.PutImageParameter(s.ctx, name, s.image().ID), "put it")
			value, err := parameters.Parameter(s.ctx, name)
			s.must(err, "read it")
			s.equal("the value", value, s.image().ID)
			s.must(store.DeleteParameter(s.ctx, name), "delete it")
			_, err = parameters.Parameter(s.ctx, name)
			s.refused(err, backend.ErrNotFound, "ParameterNotFound")
		}},
		{"a dry run launches nothing", api + "RunInstances.html", func(s *scene) {
			dry := ability[backend.DryRuns](s, "DryRuns")
			s.must(dry.DryRunInstances(s.ctx, s.request()), "try a launch")
			found := list(s, "list what was launched", s.Backend.Instances(s.ctx, s.mine()))
			s.holds(len(found) == 0, "%d instances were launched", len(found))
		}},
		{"one's own images are allowed whatever the criteria", guide + "ec2-allowed-amis.html", func(s *scene) {
			_, err := ability[backend.AllowedImages](s, "AllowedImages").AllowedImages(s.ctx)
			s.must(err, "read the settings")
			im := s.picture(s.run().ID)
			s.holds(im.Allowed == nil || *im.Allowed, "it isn't allowed")
		}},
	}
}
