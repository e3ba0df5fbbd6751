// Command objects asks KEDA's own code what it makes of whole objects: one JSON question a line on stdin, one JSON answer a line on stdout.
// There is no API server: every question brings the objects that are there. With -crds DIR the definitions in DIR judge objects as well.
package main

import (
	"bufio"
	"encoding/json"
	"flag"
	"fmt"
	"os"

	"github.com/go-logr/logr"
	eventing "github.com/kedacore/keda/v2/apis/eventing/v1alpha1"
	keda "github.com/kedacore/keda/v2/apis/keda/v1alpha1"
	"k8s.io/apimachinery/pkg/api/meta"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/runtime/serializer"
	clientgoscheme "k8s.io/client-go/kubernetes/scheme"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/fake"
	ctrllog "sigs.k8s.io/controller-runtime/pkg/log"
)

// question is one of several kinds, by Ask; what each of them reads stands in its own file.
type question struct {
	Ask string `json:"ask"`
	// World are the objects that an API server would have.
	World []json.RawMessage `json:"world"`
	admissionQuestion
	formulaQuestion
	jobsQuestion
	fallbackQuestion
	authQuestion
}

var (
	scheme = runtime.NewScheme()
	codecs = serializer.NewCodecFactory(scheme)
	mapper = meta.NewDefaultRESTMapper(nil)
)

func main() {
	crds := flag.String("crds", "", "directory of CustomResourceDefinitions")
	flag.Parse()
	ctrllog.SetLogger(logr.Discard())
	for _, add := range []func(*runtime.Scheme) error{clientgoscheme.AddToScheme, keda.AddToScheme, eventing.AddToScheme} {
		must(add(scheme))
	}
	for _, kind := range []schema.GroupVersionKind{
		{Group: "apps", Version: "v1", Kind: "Deployment"},
		{Group: "apps", Version: "v1", Kind: "StatefulSet"},
		{Group: "apps", Version: "v1", Kind: "ReplicaSet"},
		{Group: "argoproj.io", Version: "v1alpha1", Kind: "Rollout"},
		{Group: "example.com", Version: "v1", Kind: "Worker"},
	} {
		mapper.Add(kind, meta.RESTScopeNamespace)
	}
	must(readDefinitions(*crds))
	setUpWebhooks()

	in := bufio.NewScanner(os.Stdin)
	in.Buffer(make([]byte, 1<<20), 1<<24)
	out := json.NewEncoder(os.Stdout)
	for in.Scan() {
		var asked question
		must(json.Unmarshal(in.Bytes(), &asked))
		must(out.Encode(answerTo(asked)))
	}
	must(in.Err())
}

type panicked struct {
	Panic string `json:"panic"`
}

// answerTo takes a panic for an answer: what KEDA's code does with it is its users' fate too.
func answerTo(asked question) (given any) {
	defer func() {
		if fault := recover(); fault != nil {
			given = panicked{fmt.Sprint(fault)}
		}
	}()
	switch asked.Ask {
	case "admission":
		return admissionAnswer(asked)
	case "formula":
		return formulaAnswer(asked)
	case "jobs":
		return jobsAnswer(asked)
	case "fallback":
		return fallbackAnswer(asked)
	case "hpa":
		return hpaAnswer(asked)
	case "auth":
		return authAnswer(asked)
	}
	panic("no such question: " + asked.Ask)
}

func kube(world []json.RawMessage) client.WithWatch {
	builder := fake.NewClientBuilder().WithScheme(scheme).WithRESTMapper(mapper).
		WithStatusSubresource(&keda.ScaledObject{}, &keda.ScaledJob{}).
		WithObjects(objectsOf(world)...)
	for _, index := range indexes {
		builder = builder.WithIndex(index.of, index.field, index.extract)
	}
	return builder.Build()
}

func objectsOf(world []json.RawMessage) []client.Object {
	objects := make([]client.Object, 0, len(world))
	for _, raw := range world {
		object, _, err := codecs.UniversalDeserializer().Decode(raw, nil, nil)
		if runtime.IsNotRegisteredError(err) {
			custom := &unstructured.Unstructured{}
			err = json.Unmarshal(raw, &custom.Object)
			object = custom
		}
		must(err)
		objects = append(objects, object.(client.Object))
	}
	return objects
}

func must(err error) {
	if err != nil {
		panic(err)
	}
}
