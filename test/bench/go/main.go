// Drain reads __consumer_offsets from its start to where it ends now, with franz-go, and decodes with kmsg.
package main

import (
	"context"
	"encoding/binary"
	"fmt"
	"os"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"
)

const topic = "__consumer_offsets"

type drain struct {
	// Strings of their own, or parts of the response that they were read from.
	copies           bool
	records, commits int64
	offsetKey        kmsg.OffsetCommitKey
	offsetValue      kmsg.OffsetCommitValue
}

func main() {
	fmt.Println("start")
	ctx := context.Background()
	ends, assigned := endOffsets(ctx, os.Args[1])
	client, err := kgo.NewClient(
		kgo.SeedBrokers(os.Args[1]),
		kgo.ConsumePartitions(map[string]map[int32]kgo.Offset{topic: assigned}),
		// Markers are the last records of a partition that ends in a transaction
		kgo.KeepControlRecords(),
	)
	check(err)
	defer client.Close()
	d := drain{copies: os.Args[2] == "copies"}
	left := len(ends)
	for left > 0 {
		fetches := client.PollFetches(ctx)
		check(fetches.Err())
		fetches.EachPartition(func(p kgo.FetchTopicPartition) {
			for _, record := range p.Records {
				if record.Attrs.IsControl() {
					continue
				}
				d.records++
				d.take(record.Key, record.Value)
			}
			if n := len(p.Records); n > 0 && p.Records[n-1].Offset == ends[p.Partition]-1 {
				left--
			}
		})
	}
	fmt.Printf("{\"records\":%d,\"commits\":%d}\n", d.records, d.commits)
	os.Stdin.Read(make([]byte, 1))
}

// endOffsets returns where the partitions that hold anything end, and for each of them where to begin.
func endOffsets(ctx context.Context, broker string) (map[int32]int64, map[int32]kgo.Offset) {
	client, err := kgo.NewClient(kgo.SeedBrokers(broker))
	check(err)
	defer client.Close()
	listed, err := kadm.NewClient(client).ListEndOffsets(ctx, topic)
	check(err)
	ends := make(map[int32]int64)
	assigned := make(map[int32]kgo.Offset)
	listed.Each(func(end kadm.ListedOffset) {
		check(end.Err)
		if end.Offset > 0 {
			ends[end.Partition] = end.Offset
			assigned[end.Partition] = kgo.NewOffset().AtStart()
		}
	})
	return ends, assigned
}

func (d *drain) take(key, value []byte) {
	switch binary.BigEndian.Uint16(key) {
	case 0, 1:
		d.read(&d.offsetKey, key)
		d.read(&d.offsetValue, value)
		d.commits++
	case 2:
		d.read(&kmsg.GroupMetadataKey{}, key)
		d.read(&kmsg.GroupMetadataValue{}, value)
	}
	// kmsg knows no other records of the topic
}

// readable is what kmsg has two ways to read.
type readable interface {
	ReadFrom([]byte) error
	UnsafeReadFrom([]byte) error
}

func (d *drain) read(into readable, from []byte) {
	switch {
	case from == nil:
	case d.copies:
		check(into.ReadFrom(from))
	default:
		check(into.UnsafeReadFrom(from))
	}
}

func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
