// Reads one layer in parts, as podman does it, and writes its archive to standard output.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"

	"github.com/containers/storage"
	"github.com/containers/storage/pkg/chunked"
	"github.com/containers/storage/pkg/reexec"
	"github.com/opencontainers/go-digest"

	graphdriver "github.com/containers/storage/drivers"
)

// layer gives parts of a blob that is a file.
type layer struct{ file *os.File }

func (l layer) GetBlobAt(parts []chunked.ImageSourceChunk) (chan io.ReadCloser, chan error, error) {
	streams := make(chan io.ReadCloser)
	failures := make(chan error)
	go func() {
		defer close(streams)
		defer close(failures)
		for _, part := range parts {
			fmt.Fprintf(os.Stderr, "part %d %d\n", part.Offset, part.Length)
			streams <- io.NopCloser(io.NewSectionReader(l.file, int64(part.Offset), int64(part.Length)))
		}
	}()
	return streams, failures, nil
}

func run(folder, blob, descriptor string) error {
	var layerDescriptor struct {
		Digest      digest.Digest
		Size        int64
		Annotations map[string]string
	}
	text, err := os.ReadFile(descriptor)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(text, &layerDescriptor); err != nil {
		return err
	}
	file, err := os.Open(blob)
	if err != nil {
		return err
	}
	store, err := storage.GetStore(storage.StoreOptions{
		RunRoot:         folder + "/run",
		GraphRoot:       folder + "/graph",
		GraphDriverName: "overlay",
		PullOptions:     map[string]string{"enable_partial_images": "true"},
	})
	if err != nil {
		return err
	}
	defer store.Shutdown(true)
	differ, err := chunked.NewDiffer(context.Background(), store, layerDescriptor.Digest,
		layerDescriptor.Size, layerDescriptor.Annotations, layer{file})
	if err != nil {
		return err
	}
	defer differ.Close()
	staged, err := store.PrepareStagedLayer(nil, differ)
	if err != nil {
		return err
	}
	made, err := store.ApplyStagedLayer(storage.ApplyStagedLayerOptions{
		DiffOutput:  staged,
		DiffOptions: &graphdriver.ApplyDiffWithDifferOpts{},
	})
	if err != nil {
		return err
	}
	archive, err := store.Diff("", made.ID, nil)
	if err != nil {
		return err
	}
	defer archive.Close()
	_, err = io.Copy(os.Stdout, archive)
	return err
}

func main() {
	if reexec.Init() {
		return
	}
	if err := run(os.Args[1], os.Args[2], os.Args[3]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
