"""What stands on a desk: the environment, the local course, JupyterLab for a learner or an instructor, the demo."""
