// Asks the executor of ScaledJobs: how many Jobs does it create?
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	keda "github.com/kedacore/keda/v2/apis/keda/v1alpha1"
	"github.com/kedacore/keda/v2/pkg/scaling/executor"
	"github.com/kedacore/keda/v2/pkg/scaling/scaledjob"
	v2 "k8s.io/api/autoscaling/v2"
	batchv1 "k8s.io/api/batch/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	"k8s.io/client-go/tools/events"
	"k8s.io/metrics/pkg/apis/external_metrics"
)

// jobsQuestion is a look at a ScaledJob: its spec, the unfinished Jobs that there are, and what its triggers say.
type jobsQuestion struct {
	ScaledJob json.RawMessage `json:"scaledJob"`
	// Running are all unfinished Jobs, Pending those of them without a pod that runs.
	Running  int          `json:"running"`
	Pending  int          `json:"pending"`
	Triggers []jobTrigger `json:"triggers"`
}

type jobTrigger struct {
	Value  float64 `json:"value"`
	Target float64 `json:"target"`
	Active bool    `json:"active"`
}

type jobsAnswered struct {
	Created int   `json:"created"`
	Active  bool  `json:"active"`
	ScaleTo int64 `json:"scaleTo"`
	Max     int64 `json:"maxScale"`
	// Labels and Annotations of a Job that was created.
	Labels      map[string]string `json:"labels,omitempty"`
	Annotations map[string]string `json:"annotations,omitempty"`
	Prefix      string            `json:"prefix,omitempty"`
	Restart     string            `json:"restartPolicy,omitempty"`
}

func jobsAnswer(asked question) any {
	job := &keda.ScaledJob{}
	must(json.Unmarshal(asked.ScaledJob, job))
	world := asked.World
	for i := range asked.Running {
		name := fmt.Sprintf("there-%d", i)
		world = append(world, json.RawMessage(fmt.Sprintf(
			`{"apiVersion":"batch/v1","kind":"Job","metadata":{"name":%q,"namespace":%q,"labels":{"scaledjob.keda.sh/name":%q}}}`, name, job.Namespace, job.Name)))
		phase := "Running"
		if i < asked.Pending {
			phase = "Pending"
		}
		world = append(world, json.RawMessage(fmt.Sprintf(
			`{"apiVersion":"v1","kind":"Pod","metadata":{"name":%q,"namespace":%q,"labels":{"job-name":%q}},"status":{"phase":%q}}`, name, job.Namespace, name, phase)))
	}
	cluster := kube(world)
	all := []scaledjob.ScalerMetrics{}
	for _, trigger := range asked.Triggers {
		spec := v2.MetricSpec{External: &v2.ExternalMetricSource{
			Metric: v2.MetricIdentifier{Name: "s0"},
			Target: v2.MetricTarget{Type: v2.AverageValueMetricType, AverageValue: milli(trigger.Target)},
		}}
		value := external_metrics.ExternalMetricValue{MetricName: "s0", Value: *milli(trigger.Value)}
		length, most, _ := scaledjob.CalculateQueueLengthAndMaxValue([]external_metrics.ExternalMetricValue{value}, []v2.MetricSpec{spec}, job.MaxReplicaCount())
		all = append(all, scaledjob.ScalerMetrics{QueueLength: length, MaxValue: most, IsActive: trigger.Active})
	}
	given := jobsAnswered{}
	given.Active, given.ScaleTo, given.Max, _ = scaledjob.IsScaledJobActive(all, job.Spec.ScalingStrategy.MultipleScalersCalculation, job.MinReplicaCount(), job.MaxReplicaCount())
	executor.NewScaleExecutor(cluster, nil, scheme, time.Second, events.NewFakeRecorder(1000)).
		RequestJobScale(context.Background(), job, given.Active, false, given.ScaleTo, given.Max, executor.ScaleExecutorOptions{})
	var jobs batchv1.JobList
	must(cluster.List(context.Background(), &jobs))
	for _, each := range jobs.Items {
		if strings.HasPrefix(each.Name, "there-") {
			continue
		}
		given.Created++
		given.Labels, given.Annotations, given.Prefix = each.Labels, each.Annotations, each.GenerateName
		given.Restart = string(each.Spec.Template.Spec.RestartPolicy)
	}
	return given
}

func milli(value float64) *resource.Quantity {
	return resource.NewMilliQuantity(int64(value*1000+0.5), resource.DecimalSI)
}
