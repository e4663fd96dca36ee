"""What people and programs get to see: plans, proposals and findings as lines and as JSON documents."""
