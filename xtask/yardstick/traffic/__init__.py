"""What correct hosts say: one module for each family of protocols, each with `exchanges(dice)`."""
