// Asks scalingModifiers: what does the formula make of what the triggers say?
package main

import (
	"math"
	"strconv"

	"github.com/expr-lang/expr"
	"github.com/go-logr/logr"
	keda "github.com/kedacore/keda/v2/apis/keda/v1alpha1"
	"github.com/kedacore/keda/v2/pkg/scaling/cache"
	"github.com/kedacore/keda/v2/pkg/scaling/modifiers"
	"k8s.io/apimachinery/pkg/api/resource"
	"k8s.io/metrics/pkg/apis/external_metrics"
)

// formulaQuestion is a formula with what its triggers say.
type formulaQuestion struct {
	Formula string `json:"formula"`
	// Names of the triggers, and Values of one or several moments; null is a trigger that has failed too often.
	Names  []string     `json:"names"`
	Values [][]*float64 `json:"values"`
}

type formulaAnswered struct {
	// Refused is why the webhook would refuse the formula.
	Refused string         `json:"refused,omitempty"`
	Results []formulaValue `json:"results,omitempty"`
}

type formulaValue struct {
	// Metric is the value that the HPA gets, as Kubernetes writes quantities; empty where it gets none.
	Metric string `json:"metric,omitempty"`
	// Exact is the value before it is cut off at a thousandth; "nil" where it is nil.
	Exact string `json:"exact,omitempty"`
	Error string `json:"error,omitempty"`
}

func formulaAnswer(asked question) any {
	zero, failures := int32(0), int32(9)
	object := &keda.ScaledObject{}
	object.Spec.Fallback = &keda.Fallback{Behavior: keda.FallbackBehaviorScalingModifiers, FailureThreshold: 3}
	object.Spec.Advanced = &keda.AdvancedConfig{ScalingModifiers: keda.ScalingModifiers{Formula: asked.Formula, Target: "1"}}
	pairs := map[string]string{}
	for i, name := range asked.Names {
		object.Spec.Triggers = append(object.Spec.Triggers, keda.ScaleTriggers{Type: "redis", Name: name})
		pairs[metricName(i)] = name
	}
	compiled, err := keda.ValidateAndCompileScalingModifiers(object)
	if err != nil {
		return formulaAnswered{Refused: err.Error()}
	}
	given := formulaAnswered{}
	for _, values := range asked.Values {
		object.Status.Health = map[string]keda.HealthStatus{}
		metrics := []external_metrics.ExternalMetricValue{}
		data := map[string]any{}
		for i, value := range values {
			health := keda.HealthStatus{NumberOfFailures: &zero}
			quantity := resource.MustParse("-1")
			data[asked.Names[i]] = nil
			if value == nil {
				health.NumberOfFailures = &failures
			} else {
				quantity = *resource.NewMilliQuantity(int64(math.Round(*value*1000)), resource.DecimalSI)
				data[asked.Names[i]] = quantity.AsApproximateFloat64()
			}
			object.Status.Health[metricName(i)] = health
			metrics = append(metrics, external_metrics.ExternalMetricValue{MetricName: metricName(i), Value: quantity})
		}
		result := formulaValue{}
		made := modifiers.HandleScalingModifiers(object, metrics, pairs, false, nil, &cache.ScalersCache{CompiledFormula: compiled}, logr.Discard())
		if len(made) == 1 {
			result.Metric = made[0].Value.String()
		}
		exact, err := expr.Run(compiled, data)
		switch exact := exact.(type) {
		case float64:
			result.Exact = strconv.FormatFloat(exact, 'g', -1, 64)
		case nil:
			result.Exact = "nil"
		}
		if err != nil {
			result = formulaValue{Error: err.Error()}
		}
		given.Results = append(given.Results, result)
	}
	return given
}

func metricName(index int) string { return "s" + strconv.Itoa(index) }
