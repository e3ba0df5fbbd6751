// Asks the webhooks: is the write allowed, and what is it warned of?
package main

import (
	"context"
	"encoding/json"
	"os"
	"slices"

	eventing "github.com/kedacore/keda/v2/apis/eventing/v1alpha1"
	keda "github.com/kedacore/keda/v2/apis/keda/v1alpha1"
	admissionv1 "k8s.io/api/admission/v1"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	kubejson "k8s.io/apimachinery/pkg/util/json"
	"k8s.io/client-go/tools/events"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/webhook/admission"
)

// admissionQuestion is a write that an API server would ask the webhook about.
type admissionQuestion struct {
	Object json.RawMessage `json:"object"`
	// Old makes it an update.
	Old    json.RawMessage `json:"old"`
	DryRun bool            `json:"dryRun"`
}

type admissionAnswered struct {
	// Schema is what the definition finds wrong; the webhook is asked nevertheless.
	Schema  []string `json:"schema,omitempty"`
	Allowed bool     `json:"allowed"`
	// Reason is in KEDA's own words: to be read, not to be kept.
	Reason   string   `json:"reason,omitempty"`
	Warnings []string `json:"warnings,omitempty"`
}

type fieldIndex struct {
	of      client.Object
	field   string
	extract client.IndexerFunc
}

var (
	indexes  []fieldIndex
	current  = &worldClient{}
	handlers map[string]*admission.Webhook
)

// worldClient is the client of the question that is being answered.
type worldClient struct{ client.Client }

// standInManager has what KEDA's webhooks take from a manager, and nothing else.
type standInManager struct{ ctrl.Manager }

func (standInManager) GetFieldIndexer() client.FieldIndexer         { return indexer{} }
func (standInManager) GetClient() client.Client                     { return current }
func (standInManager) GetRESTMapper() meta.RESTMapper               { return mapper }
func (standInManager) GetEventRecorder(string) events.EventRecorder { return &events.FakeRecorder{} }

type indexer struct{}

func (indexer) IndexField(_ context.Context, of client.Object, field string, extract client.IndexerFunc) error {
	indexes = append(indexes, fieldIndex{of, field, extract})
	return nil
}

func setUpWebhooks() {
	// It hands over indexes and client first; then it looks for a server that the stand-in does not have.
	func() {
		defer func() { _ = recover() }()
		_ = (&keda.ScaledObject{}).SetupWebhookWithManager(standInManager{}, false)
	}()
	handlers = map[string]*admission.Webhook{
		"ScaledObject":                 admission.WithValidator[*keda.ScaledObject](scheme, &keda.ScaledObjectCustomValidator{}),
		"ScaledJob":                    admission.WithValidator[*keda.ScaledJob](scheme, &keda.ScaledJobCustomValidator{}),
		"TriggerAuthentication":        admission.WithValidator[*keda.TriggerAuthentication](scheme, &keda.TriggerAuthenticationCustomValidator{}),
		"ClusterTriggerAuthentication": admission.WithValidator[*keda.ClusterTriggerAuthentication](scheme, &keda.ClusterTriggerAuthenticationCustomValidator{}),
		"CloudEventSource":             admission.WithValidator[*eventing.CloudEventSource](scheme, &eventing.CloudEventSourceCustomValidator{}),
		"ClusterCloudEventSource":      admission.WithValidator[*eventing.ClusterCloudEventSource](scheme, &eventing.ClusterCloudEventSourceCustomValidator{}),
	}
}

func admissionAnswer(asked question) any {
	var written unstructured.Unstructured
	must(kubejson.Unmarshal(asked.Object, &written.Object))
	given := admissionAnswered{Schema: judgedByDefinition(&written)}
	stored, err := json.Marshal(written.Object)
	must(err)
	kind := written.GroupVersionKind()
	request := admission.Request{AdmissionRequest: admissionv1.AdmissionRequest{
		UID:       "1",
		Kind:      metav1.GroupVersionKind{Group: kind.Group, Version: kind.Version, Kind: kind.Kind},
		Name:      written.GetName(),
		Namespace: written.GetNamespace(),
		Operation: admissionv1.Create,
		Object:    runtime.RawExtension{Raw: stored},
		DryRun:    &asked.DryRun,
	}}
	if asked.Old != nil {
		request.Operation = admissionv1.Update
		request.OldObject = runtime.RawExtension{Raw: asked.Old}
	}
	current.Client = kube(asked.World)
	response := handlers[kind.Kind].Handle(context.Background(), request)
	given.Allowed = response.Allowed
	given.Warnings = response.Warnings
	// Its checks stand in a map.
	slices.Sort(given.Warnings)
	if response.Result != nil {
		given.Reason = response.Result.Message
	}
	return given
}

func readDefinitions(directory string) error {
	if directory == "" {
		return nil
	}
	entries, err := os.ReadDir(directory)
	if err != nil {
		return err
	}
	for _, entry := range entries {
		text, err := os.ReadFile(directory + "/" + entry.Name())
		if err != nil {
			return err
		}
		if err := addDefinition(text); err != nil {
			return err
		}
	}
	return nil
}
