// The volume provisioner of the local Kubernetes: a volume is a folder on its node's disk. The nodes
// are namespaces of one computer, so the folder is made and removed here and now, without a pod on
// the node; that takes a tenth of a second, not 5 to 8.
//
//	volumes -kubeconfig FILE -nodes DIR
//
// DIR/NODE/var-lib is what NODE sees as /var/lib.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"log"
	"os"
	"path/filepath"

	v1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/tools/clientcmd"
	"k8s.io/klog/v2"
	"sigs.k8s.io/sig-storage-lib-external-provisioner/v13/controller"
)

const (
	name     = "bowline.invalid/volumes"
	onNode   = "/var/lib/volumes"
	hostname = "kubernetes.io/hostname"
	workers  = 16
)

type folders struct{ nodes string }

// here is where a volume's folder is on this computer.
func (f folders) here(node, volume string) string {
	return filepath.Join(f.nodes, node, "var-lib", "volumes", volume)
}

func (f folders) Provision(_ context.Context, options controller.ProvisionOptions) (
	*v1.PersistentVolume, controller.ProvisioningState, error) {
	if options.SelectedNodeName == "" {
		return nil, controller.ProvisioningFinished, errors.New("no node has been chosen: use volumeBindingMode WaitForFirstConsumer")
	}
	node := options.SelectedNodeName
	folder := f.here(node, options.PVName)
	if err := os.MkdirAll(folder, 0o777); err != nil {
		return nil, controller.ProvisioningFinished, err
	}
	if err := os.Chmod(folder, 0o777); err != nil { // whatever the umask
		return nil, controller.ProvisioningFinished, err
	}
	return &v1.PersistentVolume{
		ObjectMeta: metav1.ObjectMeta{Name: options.PVName},
		Spec: v1.PersistentVolumeSpec{
			PersistentVolumeReclaimPolicy: *options.StorageClass.ReclaimPolicy,
			AccessModes:                   options.PVC.Spec.AccessModes,
			VolumeMode:                    options.PVC.Spec.VolumeMode,
			Capacity:                      v1.ResourceList{v1.ResourceStorage: options.PVC.Spec.Resources.Requests[v1.ResourceStorage]},
			PersistentVolumeSource: v1.PersistentVolumeSource{
				HostPath: &v1.HostPathVolumeSource{Path: filepath.Join(onNode, options.PVName)}},
			NodeAffinity: &v1.VolumeNodeAffinity{Required: &v1.NodeSelector{NodeSelectorTerms: []v1.NodeSelectorTerm{{
				MatchExpressions: []v1.NodeSelectorRequirement{{Key: hostname, Operator: v1.NodeSelectorOpIn, Values: []string{node}}}}}}},
		},
	}, controller.ProvisioningFinished, nil
}

func (f folders) Delete(_ context.Context, volume *v1.PersistentVolume) error {
	for _, term := range volume.Spec.NodeAffinity.Required.NodeSelectorTerms {
		for _, node := range term.MatchExpressions[0].Values {
			if err := os.RemoveAll(f.here(node, volume.Name)); err != nil {
				return fmt.Errorf("removing the folder of %s on %s: %w", volume.Name, node, err)
			}
		}
	}
	return nil
}

func main() {
	kubeconfig := flag.String("kubeconfig", "", "how to reach the API server")
	nodes := flag.String("nodes", "", "the folder with the nodes' disks")
	flag.Parse()
	config, err := clientcmd.BuildConfigFromFlags("", *kubeconfig)
	if err != nil {
		log.Fatal(err)
	}
	config.QPS, config.Burst = 100, 100 // all claims of an installation come at once
	client, err := kubernetes.NewForConfig(config)
	if err != nil {
		log.Fatal(err)
	}
	ctx := klog.NewContext(context.Background(), klog.Background())
	controller.NewProvisionController(ctx, client, name, folders{*nodes},
		controller.LeaderElection(false), controller.Threadiness(workers)).Run(ctx)
}
