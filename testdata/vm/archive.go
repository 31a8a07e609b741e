package vm

import (
	"archive/tar"
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
)

// A guest gets files, and gives files back, as a tar archive written straight
// to a disk. Disks have a whole number of blocks.
const (
	blockSize  = 1 << 20
	outputSize = 256 << 20 // sparse
)

// writeInput makes the disk with everything that a scenario needs, to be
// unpacked over the guest's root directory.
func writeInput(disk string, s Scenario) error {
	var data bytes.Buffer
	w := tar.NewWriter(&data)
	script, err := s.script()
	if err != nil {
		return err
	}
	add := func(name string, mode int64, content []byte) error {
		header := &tar.Header{Typeflag: tar.TypeReg, Name: name, Mode: mode, Size: int64(len(content))}
		if err := w.WriteHeader(header); err != nil {
			return err
		}
		_, err := w.Write(content)
		return err
	}
	err = errors.Join(
		add("run/ctplan-vm/lib.sh", 0o644, library),
		add("run/ctplan-vm/scenario.sh", 0o644, script),
		add("run/ctplan-vm/environment", 0o644, s.environment()))
	for _, name := range s.fileNames() {
		file := s.Files[name]
		if !fs.ValidPath(name) {
			return fmt.Errorf("a scenario's file must be named from the guest's root, as in etc/hosts: %q", name)
		}
		err = errors.Join(err, add(name, int64(file.Mode.Perm()), file.Data))
	}
	if err := errors.Join(err, w.Close()); err != nil {
		return err
	}
	if missing := data.Len() % blockSize; missing > 0 {
		data.Write(make([]byte, blockSize-missing))
	}
	return os.WriteFile(disk, data.Bytes(), 0o600)
}

// readOutput returns the regular files of an output disk. One that was never
// written to has none.
func readOutput(disk string) (map[string][]byte, error) {
	file, err := os.Open(disk)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	files := map[string][]byte{}
	for r := tar.NewReader(file); ; {
		header, err := r.Next()
		if errors.Is(err, io.EOF) {
			return files, nil
		}
		if err != nil {
			return nil, fmt.Errorf("files from the guest: %w", err)
		}
		if header.Typeflag != tar.TypeReg {
			continue
		}
		data, err := io.ReadAll(r)
		if err != nil {
			return nil, fmt.Errorf("%s from the guest: %w", header.Name, err)
		}
		files[path.Clean(header.Name)] = data
	}
}
