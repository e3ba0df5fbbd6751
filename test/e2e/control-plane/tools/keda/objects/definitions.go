// Asks the CustomResourceDefinitions, with the code of the API server.
package main

import (
	"context"

	apiextensions "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions"
	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/schema"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/schema/cel"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/schema/defaulting"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/schema/pruning"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/validation"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	celconfig "k8s.io/apiserver/pkg/apis/cel"
	"sigs.k8s.io/yaml"
)

// definition is one kind, made ready as the API server makes it.
type definition struct {
	structural *schema.Structural
	validator  validation.SchemaValidator
	rules      *cel.Validator
}

var definitions = map[string]definition{}

func addDefinition(text []byte) error {
	var written apiextensionsv1.CustomResourceDefinition
	if err := yaml.Unmarshal(text, &written); err != nil {
		return err
	}
	apiextensionsv1.SetDefaults_CustomResourceDefinition(&written)
	var read apiextensions.CustomResourceDefinition
	if err := apiextensionsv1.Convert_v1_CustomResourceDefinition_To_apiextensions_CustomResourceDefinition(&written, &read, nil); err != nil {
		return err
	}
	of := read.Spec.Versions[0].Schema
	if of == nil {
		of = read.Spec.Validation
	}
	structural, err := schema.NewStructural(of.OpenAPIV3Schema)
	if err != nil {
		return err
	}
	validator, _, err := validation.NewSchemaValidator(of.OpenAPIV3Schema)
	if err != nil {
		return err
	}
	definitions[read.Spec.Names.Kind] = definition{structural, validator, cel.NewValidator(structural, true, celconfig.PerCallLimit)}
	return nil
}

// judgedByDefinition drops what the definition does not know, fills in its defaults, and tells what it refuses.
func judgedByDefinition(written *unstructured.Unstructured) []string {
	of, known := definitions[written.GetKind()]
	if !known {
		return nil
	}
	pruning.Prune(written.Object, of.structural, true)
	defaulting.PruneNonNullableNullsWithoutDefaults(written.Object, of.structural)
	defaulting.Default(written.Object, of.structural)
	errors := validation.ValidateCustomResource(nil, written.Object, of.validator)
	if len(errors) == 0 {
		broken, _ := of.rules.Validate(context.Background(), nil, of.structural, written.Object, nil, celconfig.RuntimeCELCostBudget)
		errors = append(errors, broken...)
	}
	var found []string
	for _, each := range errors {
		found = append(found, each.Error())
	}
	return found
}
