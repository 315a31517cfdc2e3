// Command ledgercheck checks what export_ledger wrote with the implementation that the Go checksum database uses:
// an oracle for the hashing, the notes, the proofs and the tiles of src/ledger.
//
//	ledgercheck <directory>
package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: ledgercheck <directory>")
		os.Exit(2)
	}
	if err := check(os.Args[1]); err != nil {
		fmt.Fprintln(os.Stderr, "ledgercheck:", err)
		os.Exit(1)
	}
}

func check(dir string) error {
	tree, err := openCheckpoint(dir)
	if err != nil {
		return fmt.Errorf("checkpoint: %w", err)
	}
	leaves, err := checkEntries(dir, tree)
	if err != nil {
		return fmt.Errorf("entries: %w", err)
	}
	inclusions, err := checkInclusion(dir, tree, leaves)
	if err != nil {
		return fmt.Errorf("inclusion: %w", err)
	}
	consistencies, err := checkConsistency(dir, tree, leaves)
	if err != nil {
		return fmt.Errorf("consistency: %w", err)
	}
	if err := checkTiles(dir, tree, leaves); err != nil {
		return fmt.Errorf("tiles: %w", err)
	}
	fmt.Printf("%d entries, %d inclusion and %d consistency proofs, all tiles: good\n", tree.N, inclusions, consistencies)
	return nil
}

func openCheckpoint(dir string) (tlog.Tree, error) {
	key, err := os.ReadFile(filepath.Join(dir, "verifier"))
	if err != nil {
		return tlog.Tree{}, err
	}
	verifier, err := note.NewVerifier(strings.TrimSpace(string(key)))
	if err != nil {
		return tlog.Tree{}, err
	}
	signed, err := os.ReadFile(filepath.Join(dir, "checkpoint"))
	if err != nil {
		return tlog.Tree{}, err
	}
	opened, err := note.Open(signed, note.VerifierList(verifier))
	if err != nil {
		return tlog.Tree{}, err
	}
	origin, rest, _ := strings.Cut(opened.Text, "\n")
	if origin != verifier.Name() {
		return tlog.Tree{}, fmt.Errorf("origin %q is not the key's name %q", origin, verifier.Name())
	}
	// ParseTree knows one origin only, that of the Go checksum database.
	return tlog.ParseTree([]byte("go.sum database tree\n" + rest))
}

// checkEntries computes the tree from the bodies alone and returns its leaf hashes.
func checkEntries(dir string, tree tlog.Tree) ([]tlog.Hash, error) {
	var stored, leaves []tlog.Hash
	reader := storedHashes(&stored)
	err := eachLine(filepath.Join(dir, "entries"), func(line []byte) error {
		n := int64(len(leaves))
		leaves = append(leaves, tlog.RecordHash(line))
		hashes, err := tlog.StoredHashes(n, line, reader)
		stored = append(stored, hashes...)
		return err
	})
	if err != nil {
		return nil, err
	}
	if int64(len(leaves)) != tree.N {
		return nil, fmt.Errorf("%d of them, the checkpoint has %d", len(leaves), tree.N)
	}
	root, err := tlog.TreeHash(tree.N, reader)
	if err != nil {
		return nil, err
	}
	if root != tree.Hash {
		return nil, fmt.Errorf("their tree hash is %v, the checkpoint has %v", root, tree.Hash)
	}
	return leaves, nil
}

func checkInclusion(dir string, tree tlog.Tree, leaves []tlog.Hash) (count int, err error) {
	err = eachLine(filepath.Join(dir, "inclusion"), func(line []byte) error {
		var proof struct {
			Index, Size int64
			Path        []tlog.Hash
		}
		if err := json.Unmarshal(line, &proof); err != nil {
			return err
		}
		if proof.Size != tree.N || proof.Index >= tree.N {
			return fmt.Errorf("index %d, size %d do not fit the checkpoint", proof.Index, proof.Size)
		}
		count++
		return tlog.CheckRecord(proof.Path, tree.N, tree.Hash, proof.Index, leaves[proof.Index])
	})
	return count, err
}

func checkConsistency(dir string, tree tlog.Tree, leaves []tlog.Hash) (count int, err error) {
	err = eachLine(filepath.Join(dir, "consistency"), func(line []byte) error {
		var proof struct {
			Old     int64
			OldRoot tlog.Hash `json:"old_root"`
			Size    int64
			Path    []tlog.Hash
		}
		if err := json.Unmarshal(line, &proof); err != nil {
			return err
		}
		if proof.Size != tree.N {
			return fmt.Errorf("size %d is not that of the checkpoint", proof.Size)
		}
		count++
		return tlog.CheckTree(proof.Path, tree.N, tree.Hash, proof.Old, proof.OldRoot)
	})
	return count, err
}

// checkTiles reads every leaf through the tiles, which the reader authenticates against the checkpoint.
func checkTiles(dir string, tree tlog.Tree, leaves []tlog.Hash) error {
	indexes := make([]int64, len(leaves))
	for i := range leaves {
		indexes[i] = tlog.StoredHashIndex(0, int64(i))
	}
	hashes, err := tlog.TileHashReader(tree, tileDir(dir)).ReadHashes(indexes)
	if err != nil {
		return err
	}
	for i, hash := range hashes {
		if hash != leaves[i] {
			return fmt.Errorf("leaf %d differs from its entry", i)
		}
	}
	return nil
}

// tileDir reads tiles by the paths of C2SP tlog-tiles, which leave out the height that Go's paths have.
type tileDir string

func (d tileDir) Height() int { return 8 }

func (d tileDir) ReadTiles(tiles []tlog.Tile) ([][]byte, error) {
	var out [][]byte
	for _, tile := range tiles {
		path := strings.Replace(tile.Path(), "tile/8/", "tile/", 1)
		data, err := os.ReadFile(filepath.Join(string(d), filepath.FromSlash(path)))
		if err != nil {
			return nil, err
		}
		out = append(out, data)
	}
	return out, nil
}

func (d tileDir) SaveTiles([]tlog.Tile, [][]byte) {}

func storedHashes(stored *[]tlog.Hash) tlog.HashReader {
	return tlog.HashReaderFunc(func(indexes []int64) ([]tlog.Hash, error) {
		out := make([]tlog.Hash, len(indexes))
		for i, index := range indexes {
			if index >= int64(len(*stored)) {
				return nil, fmt.Errorf("hash %d is not there yet", index)
			}
			out[i] = (*stored)[index]
		}
		return out, nil
	})
}

func eachLine(path string, use func(line []byte) error) error {
	data, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	scanner := bufio.NewScanner(bytes.NewReader(data))
	scanner.Buffer(nil, 1<<20)
	for number := 1; scanner.Scan(); number++ {
		if err := use(scanner.Bytes()); err != nil {
			return fmt.Errorf("line %d: %w", number, err)
		}
	}
	return scanner.Err()
}
