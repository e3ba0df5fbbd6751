// Command answers asks KEDA's own code what it makes of triggers: one JSON question a line on stdin, one JSON answer a line on stdout.
package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"time"

	"github.com/go-logr/logr"
	kedav1alpha1 "github.com/kedacore/keda/v2/apis/keda/v1alpha1"
	"github.com/kedacore/keda/v2/pkg/scalers"
	"github.com/kedacore/keda/v2/pkg/scalers/scalersconfig"
	v2 "k8s.io/api/autoscaling/v2"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	"k8s.io/client-go/tools/events"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/fake"
	ctrllog "sigs.k8s.io/controller-runtime/pkg/log"
)

// question is one trigger, with everything that KEDA would have resolved for it.
type question struct {
	Type           string            `json:"type"`
	Metadata       map[string]string `json:"metadata"`
	Auth           map[string]string `json:"auth"`
	Env            map[string]string `json:"env"`
	PodIdentity    string            `json:"podIdentity"`
	MetricType     string            `json:"metricType"`
	TriggerName    string            `json:"triggerName"`
	Index          int               `json:"index"`
	Kind           string            `json:"kind"`
	AsMetricSource bool              `json:"asMetricSource"`
	// Read asks for a measurement as well, which needs the real broker.
	Read bool `json:"read"`
}

type metric struct {
	Name string `json:"name"`
	// Type and Target as the HPA gets them, Target as Kubernetes writes quantities.
	Type   string `json:"type"`
	Target string `json:"target"`
}

type answer struct {
	// Error is why the trigger was refused.
	Error   string   `json:"error,omitempty"`
	Metrics []metric `json:"metrics,omitempty"`
	// ReadError is why a measurement failed.
	ReadError string            `json:"readError,omitempty"`
	Values    map[string]string `json:"values,omitempty"`
	Active    *bool             `json:"active,omitempty"`
}

// atOnce is how many questions are asked at one time: some wait for a broker that does not answer.
const atOnce = 8

func main() {
	ctrllog.SetLogger(logr.Discard())
	answers := json.NewEncoder(os.Stdout)
	// Some of KEDA's scalers print remarks.
	os.Stdout = os.Stderr
	in := bufio.NewScanner(os.Stdin)
	in.Buffer(make([]byte, 1<<20), 1<<24)
	kube := fake.NewClientBuilder().Build()
	waiting := make(chan chan answer, atOnce)
	go func() {
		defer close(waiting)
		for in.Scan() {
			var asked question
			if err := json.Unmarshal(in.Bytes(), &asked); err != nil {
				fail(err)
			}
			given := make(chan answer, 1)
			waiting <- given
			go func() { given <- ask(kube, asked) }()
		}
	}()
	for given := range waiting {
		if err := answers.Encode(<-given); err != nil {
			fail(err)
		}
	}
}

func fail(err error) {
	fmt.Fprintln(os.Stderr, err)
	os.Exit(1)
}

func ask(kube client.Client, asked question) (given answer) {
	// Some of KEDA's parsers end in a panic; that is an answer too.
	defer func() {
		if fault := recover(); fault != nil {
			given = answer{Error: fmt.Sprintf("panic: %v", fault)}
		}
	}()
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	scaler, err := build(ctx, kube, asked)
	if err != nil {
		return answer{Error: err.Error()}
	}
	defer scaler.Close(ctx)
	for _, spec := range scaler.GetMetricSpecForScaling(ctx) {
		given.Metrics = append(given.Metrics, described(spec))
	}
	if !asked.Read {
		return given
	}
	given.Values = map[string]string{}
	for _, each := range given.Metrics {
		values, active, err := scaler.GetMetricsAndActivity(ctx, each.Name)
		if err != nil {
			given.ReadError = err.Error()
			continue
		}
		given.Active = &active
		for _, value := range values {
			given.Values[value.MetricName] = value.Value.String()
		}
	}
	return given
}

func described(spec v2.MetricSpec) metric {
	target := func(name string, of v2.MetricTarget) metric {
		switch {
		case of.AverageUtilization != nil:
			return metric{name, string(of.Type), fmt.Sprint(*of.AverageUtilization)}
		case of.AverageValue != nil:
			return metric{name, string(of.Type), canonical(*of.AverageValue)}
		case of.Value != nil:
			return metric{name, string(of.Type), canonical(*of.Value)}
		}
		return metric{name, string(of.Type), ""}
	}
	switch {
	case spec.External != nil:
		return target(spec.External.Metric.Name, spec.External.Target)
	case spec.Resource != nil:
		return target(string(spec.Resource.Name), spec.Resource.Target)
	case spec.ContainerResource != nil:
		return target(string(spec.ContainerResource.Name)+"/"+spec.ContainerResource.Container, spec.ContainerResource.Target)
	}
	return metric{}
}

// canonical forgets how a quantity was written: 1.500 is 1500m.
func canonical(quantity resource.Quantity) string {
	quantity.Add(resource.Quantity{})
	return quantity.String()
}

func build(ctx context.Context, kube client.Client, asked question) (scalers.Scaler, error) {
	kind := asked.Kind
	if kind == "" {
		kind = "ScaledObject"
	}
	config := &scalersconfig.ScalerConfig{
		ScalableObjectName:      "worker",
		ScalableObjectNamespace: "shop",
		ScalableObjectType:      kind,
		GlobalHTTPTimeout:       3 * time.Second,
		TriggerName:             asked.TriggerName,
		TriggerType:             asked.Type,
		TriggerMetadata:         filled(asked.Metadata),
		ResolvedEnv:             filled(asked.Env),
		AuthParams:              filled(asked.Auth),
		PodIdentity:             kedav1alpha1.AuthPodIdentity{Provider: kedav1alpha1.PodIdentityProvider(asked.PodIdentity)},
		TriggerIndex:            asked.Index,
		MetricType:              v2.MetricTargetType(asked.MetricType),
		AsMetricSource:          asked.AsMetricSource,
		Recorder:                events.NewFakeRecorder(1000),
		ScaledObject:            &kedav1alpha1.ScaledObject{},
	}
	switch asked.Type {
	case "apache-kafka":
		return scalers.NewApacheKafkaScaler(ctx, config)
	case "azure-queue":
		return scalers.NewAzureQueueScaler(config)
	case "azure-servicebus":
		return scalers.NewAzureServiceBusScaler(config)
	case "cpu":
		return scalers.NewCPUMemoryScaler(corev1.ResourceCPU, config)
	case "cron":
		return scalers.NewCronScaler(config)
	case "external":
		return scalers.NewExternalScaler(config)
	case "external-push":
		return scalers.NewExternalPushScaler(config)
	case "kafka":
		return scalers.NewKafkaScaler(ctx, config)
	case "kubernetes-resource":
		return scalers.NewKubernetesResourceScaler(kube, config)
	case "kubernetes-workload":
		return scalers.NewKubernetesWorkloadScaler(kube, config)
	case "memory":
		return scalers.NewCPUMemoryScaler(corev1.ResourceMemory, config)
	case "metrics-api":
		return scalers.NewMetricsAPIScaler(config, kube)
	case "prometheus":
		return scalers.NewPrometheusScaler(config)
	case "rabbitmq":
		return scalers.NewRabbitMQScaler(config)
	case "redis":
		return scalers.NewRedisScaler(ctx, false, false, config)
	case "redis-cluster":
		return scalers.NewRedisScaler(ctx, true, false, config)
	case "redis-sentinel":
		return scalers.NewRedisScaler(ctx, false, true, config)
	case "redis-streams":
		return scalers.NewRedisStreamsScaler(ctx, false, false, config)
	case "redis-cluster-streams":
		return scalers.NewRedisStreamsScaler(ctx, true, false, config)
	case "redis-sentinel-streams":
		return scalers.NewRedisStreamsScaler(ctx, false, true, config)
	}
	return nil, fmt.Errorf("no scaler found for type: %s", asked.Type)
}

func filled(given map[string]string) map[string]string {
	if given == nil {
		return map[string]string{}
	}
	return given
}
