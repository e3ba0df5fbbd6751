// Asks the resolver: which variables, which parameters?
package main

import (
	"context"
	"encoding/json"

	"github.com/go-logr/logr"
	keda "github.com/kedacore/keda/v2/apis/keda/v1alpha1"
	"github.com/kedacore/keda/v2/pkg/scalers/authentication"
	"github.com/kedacore/keda/v2/pkg/scaling/resolver"
	corev1 "k8s.io/api/core/v1"
)

// authQuestion is a pod, and the authentication that a trigger names; either may be left out.
type authQuestion struct {
	Pod       *corev1.PodTemplateSpec `json:"pod"`
	Container string                  `json:"container"`
	// AuthRef is authenticationRef of the trigger.
	AuthRef *keda.AuthenticationRef `json:"authRef"`
	// FileRoot is the directory of filePath.
	FileRoot string `json:"fileRoot"`
}

type authAnswered struct {
	Env         map[string]string `json:"env,omitempty"`
	EnvError    string            `json:"envError,omitempty"`
	Params      map[string]string `json:"params,omitempty"`
	ParamsError string            `json:"paramsError,omitempty"`
	PodIdentity json.RawMessage   `json:"podIdentity,omitempty"`
}

func authAnswer(asked question) any {
	ctx := context.Background()
	cluster := kube(asked.World)
	resolver.SetConfig(&resolver.Config{FilePathAuthRootPath: asked.FileRoot})
	given := authAnswered{}
	if asked.Pod != nil {
		env, err := resolver.ResolveContainerEnv(ctx, cluster, logr.Discard(), &asked.Pod.Spec, asked.Container, "shop", nil)
		given.Env = env
		if err != nil {
			given.EnvError = err.Error()
		}
	}
	if asked.AuthRef != nil {
		params, identity, err := resolver.ResolveAuthRefAndPodIdentity(ctx, cluster, logr.Discard(), asked.AuthRef, asked.Pod, "shop", &authentication.AuthClientSet{})
		given.Params = params
		if err != nil {
			given.ParamsError = err.Error()
		}
		given.PodIdentity, _ = json.Marshal(identity)
	}
	return given
}
