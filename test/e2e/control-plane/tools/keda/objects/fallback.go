// Asks the fallback: what does a trigger that cannot be read stand for?
package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sync"

	keda "github.com/kedacore/keda/v2/apis/keda/v1alpha1"
	"github.com/kedacore/keda/v2/pkg/fallback"
	autoscalingv1 "k8s.io/api/autoscaling/v1"
	v2 "k8s.io/api/autoscaling/v2"
	"k8s.io/apimachinery/pkg/runtime"
	scalefake "k8s.io/client-go/scale/fake"
	clienttesting "k8s.io/client-go/testing"
)

// fallbackQuestion is a failed read of a trigger of an object whose spec is given.
type fallbackQuestion struct {
	ScaledObject json.RawMessage `json:"scaledObject"`
	// Failures in a row before this one.
	Failures   int32   `json:"failures"`
	Target     float64 `json:"target"`
	MetricType string  `json:"metricType"`
	// Replicas that the target's spec asks for, and Ready ones of its pods.
	Replicas int `json:"replicas"`
	Ready    int `json:"ready"`
}

type fallbackAnswered struct {
	InFallback bool   `json:"inFallback"`
	Value      string `json:"value,omitempty"`
	Error      string `json:"error,omitempty"`
	Condition  string `json:"condition,omitempty"`
	Failures   int32  `json:"failures"`
}

func fallbackAnswer(asked question) any {
	object := &keda.ScaledObject{}
	must(json.Unmarshal(asked.ScaledObject, object))
	object.Status.ScaleTargetGVKR = &keda.GroupVersionKindResource{Group: "apps", Version: "v1", Kind: "Deployment", Resource: "deployments"}
	if asked.Failures > 0 {
		object.Status.Health = map[string]keda.HealthStatus{"s0": {NumberOfFailures: &asked.Failures, Status: keda.HealthStatusFailing}}
	}
	raw, err := json.Marshal(object)
	must(err)
	world := append(asked.World, raw, json.RawMessage(fmt.Sprintf(
		`{"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":%q,"namespace":%q},"spec":{"replicas":%d}}`, object.Spec.ScaleTargetRef.Name, object.Namespace, asked.Replicas)))
	for i := range asked.Ready {
		world = append(world, json.RawMessage(fmt.Sprintf(
			`{"apiVersion":"v1","kind":"Pod","metadata":{"name":"pod-%d","namespace":%q,"labels":{"app":"worker"}},"status":{"phase":"Running","conditions":[{"type":"Ready","status":"True"}]}}`, i, object.Namespace)))
	}
	scales := &scalefake.FakeScaleClient{}
	scales.AddReactor("get", "*", func(clienttesting.Action) (bool, runtime.Object, error) {
		return true, &autoscalingv1.Scale{Status: autoscalingv1.ScaleStatus{Selector: "app=worker"}}, nil
	})
	spec := v2.MetricSpec{External: &v2.ExternalMetricSource{Target: v2.MetricTarget{Type: v2.MetricTargetType(asked.MetricType)}}}
	if spec.External.Target.Type == v2.ValueMetricType {
		spec.External.Target.Value = milli(asked.Target)
	} else {
		spec.External.Target.AverageValue = milli(asked.Target)
	}
	handler := fallback.ScaledObjectHandler{
		Ctx: context.Background(), KubeClient: kube(world), ScaleClient: scales, UpdateLock: &sync.RWMutex{}, ScaledObject: object,
	}
	given := fallbackAnswered{}
	metrics, inFallback, err := fallback.GetMetricsWithFallback(handler, nil, errors.New("failed"), "s0", spec)
	given.InFallback = inFallback
	if err != nil {
		given.Error = err.Error()
	}
	if len(metrics) > 0 {
		given.Value = metrics[0].Value.String()
	}
	given.Condition = string(object.Status.Conditions.GetFallbackCondition().Status)
	if health, known := object.Status.Health["s0"]; known && health.NumberOfFailures != nil {
		given.Failures = *health.NumberOfFailures
	}
	return given
}
