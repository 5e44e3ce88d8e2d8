// Events with hamba/avro and franz-go: cd examples/go && KOFF_BROKERS=… SCHEMA_REGISTRY_URL=… go run .
package main

import (
	"cmp"
	"context"
	"encoding/json"
	"log"
	"os"
	"strings"
	"github.com/hamba/avro/v2"
	"github.com/hamba/avro/v2/registry"
	"github.com/twmb/franz-go/pkg/kgo"
)

func main() {
	// What may be null comes wrapped in a map under its name, unless its name is known.
	nullable := []string{"AssignedMember", "AssignmentChange", "LagInTime", "Member", "Subscription", "TopicPartitions"}
	for _, name := range nullable {
		avro.Register("dev.koff."+name, map[string]any{})
		avro.Register("array:dev.koff."+name, []any{})
	}
	avro.Register("dev.koff.LagThresholdOf", "")
	client, _ := registry.NewClient(cmp.Or(os.Getenv("SCHEMA_REGISTRY_URL"), "http://localhost:8081/apis/ccompat/v7"))
	consumer, _ := kgo.NewClient(
		kgo.SeedBrokers(strings.Split(cmp.Or(os.Getenv("KOFF_BROKERS"), "localhost:9092"), ",")...),
		kgo.ConsumerGroup(cmp.Or(os.Getenv("GROUP"), "events-example-hamba")),
		kgo.ConsumeTopics(cmp.Or(os.Getenv("TOPIC"), "koff.events")),
		kgo.ConsumeResetOffset(kgo.NewOffset().AtStart()),
		kgo.FetchIsolationLevel(kgo.ReadCommitted())) // the default gives events of aborted transactions, too
	for decoder, ctx := registry.NewDecoder(client), context.Background(); ; {
		consumer.PollFetches(ctx).EachRecord(func(record *kgo.Record) {
			var event any
			if err := decoder.Decode(ctx, record.Value, &event); err != nil {
				log.Fatal(err)
			}
			json.NewEncoder(os.Stdout).Encode(event)
		})
	}
}
