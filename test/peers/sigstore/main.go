// Signs an image of a registry and publishes the bundle beside it, as cosign 3 does with a key.
package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"strings"

	"github.com/google/go-containerregistry/pkg/name"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/remote"
	"github.com/google/go-containerregistry/pkg/v1/static"
	"github.com/google/go-containerregistry/pkg/v1/types"
	"github.com/sigstore/sigstore-go/pkg/sign"
	"google.golang.org/protobuf/encoding/protojson"
)

const (
	bundleType = "application/vnd.dev.sigstore.bundle.v0.3+json"
	emptyType  = "application/vnd.oci.empty.v1+json"
)

// referrer is a manifest with the field that go-containerregistry does not have.
type referrer struct {
	v1.Manifest
	ArtifactType string `json:"artifactType"`
}

func (r referrer) RawManifest() ([]byte, error) { return json.Marshal(r) }

func (r referrer) MediaType() (types.MediaType, error) { return types.OCIManifestSchema1, nil }

func bundleOf(digest, keyFile string) ([]byte, error) {
	key, err := sign.NewEphemeralKeypair(nil)
	if err != nil {
		return nil, err
	}
	pem, err := key.GetPublicKeyPem()
	if err != nil {
		return nil, err
	}
	if err := os.WriteFile(keyFile, []byte(pem), 0o600); err != nil {
		return nil, err
	}
	statement := fmt.Sprintf(
		`{"_type":"https://in-toto.io/Statement/v1","subject":[{"digest":{"sha256":"%s"}}],`+
			`"predicateType":"https://sigstore.dev/cosign/sign/v1","predicate":{}}`,
		strings.TrimPrefix(digest, "sha256:"))
	bundle, err := sign.Bundle(
		&sign.DSSEData{Data: []byte(statement), PayloadType: "application/vnd.in-toto+json"},
		key, sign.BundleOptions{})
	if err != nil {
		return nil, err
	}
	return protojson.Marshal(bundle)
}

func layer(repository name.Repository, content []byte, kind string) (v1.Descriptor, error) {
	blob := static.NewLayer(content, types.MediaType(kind))
	digest, err := blob.Digest()
	if err != nil {
		return v1.Descriptor{}, err
	}
	return v1.Descriptor{MediaType: types.MediaType(kind), Digest: digest, Size: int64(len(content))},
		remote.WriteLayer(repository, blob)
}

func run(image, keyFile string) error {
	reference, err := name.NewDigest(image, name.Insecure)
	if err != nil {
		return err
	}
	subject, err := remote.Head(reference)
	if err != nil {
		return err
	}
	content, err := bundleOf(subject.Digest.String(), keyFile)
	if err != nil {
		return err
	}
	config, err := layer(reference.Repository, []byte("{}"), emptyType)
	if err != nil {
		return err
	}
	bundle, err := layer(reference.Repository, content, bundleType)
	if err != nil {
		return err
	}
	artifact := referrer{v1.Manifest{
		SchemaVersion: 2,
		MediaType:     types.OCIManifestSchema1,
		Config:        config,
		Layers:        []v1.Descriptor{bundle},
		Subject:       &v1.Descriptor{MediaType: subject.MediaType, Digest: subject.Digest, Size: subject.Size},
	}, bundleType}
	raw, err := artifact.RawManifest()
	if err != nil {
		return err
	}
	digest, _, err := v1.SHA256(bytes.NewReader(raw))
	if err != nil {
		return err
	}
	return remote.Put(reference.Repository.Digest(digest.String()), artifact)
}

func main() {
	if err := run(os.Args[1], os.Args[2]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
