// Asks the reconciler: which HPA does a ScaledObject stand for?
package main

import (
	"context"
	"encoding/json"
	"time"
	_ "unsafe" // for go:linkname

	"github.com/go-logr/logr"
	keda "github.com/kedacore/keda/v2/apis/keda/v1alpha1"
	controllers "github.com/kedacore/keda/v2/controllers/keda"
	"github.com/kedacore/keda/v2/pkg/scalers/authentication"
	"github.com/kedacore/keda/v2/pkg/scaling"
	v2 "k8s.io/api/autoscaling/v2"
	"k8s.io/client-go/tools/events"
)

//go:linkname newHPA github.com/kedacore/keda/v2/controllers/keda.(*ScaledObjectReconciler).newHPAForScaledObject
func newHPA(*controllers.ScaledObjectReconciler, context.Context, logr.Logger, *keda.ScaledObject, *keda.GroupVersionKindResource) (*v2.HorizontalPodAutoscaler, error)

type hpaAnswered struct {
	HPA   *v2.HorizontalPodAutoscaler `json:"hpa,omitempty"`
	Error string                      `json:"error,omitempty"`
}

// hpaAnswer needs triggers whose scalers connect to nothing when they are made.
func hpaAnswer(asked question) any {
	object := &keda.ScaledObject{}
	must(json.Unmarshal(asked.ScaledObject, object))
	target, err := keda.ParseGVKR(mapper, object.Spec.ScaleTargetRef.APIVersion, object.Spec.ScaleTargetRef.Kind)
	must(err)
	object.Status.ScaleTargetGVKR = &target
	raw, err := json.Marshal(object)
	must(err)
	cluster := kube(append(asked.World, raw))
	handler := scaling.NewScaleHandler(cluster, nil, scheme, time.Second, time.Second, events.NewFakeRecorder(1000), &authentication.AuthClientSet{})
	reconciler := &controllers.ScaledObjectReconciler{Client: cluster, Scheme: scheme, ScaleHandler: handler}
	made, err := newHPA(reconciler, context.Background(), logr.Discard(), object, &target)
	if err != nil {
		return hpaAnswered{Error: err.Error()}
	}
	return hpaAnswered{HPA: made}
}
