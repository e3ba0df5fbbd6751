// Nothing: with an assembly file beside it, Go lets hpa.go declare a function of another package without a body.
