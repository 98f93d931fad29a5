"""What are people, teams and projects called? Lists only, picked by chance elsewhere."""

from __future__ import annotations

# ruff: noqa: SIM905 - words in a text are easier to read and to add to than lists of literals

FIRST = (
    "Anna Lukas Johanna Felix Katharina Jonas Miriam Tobias Greta Matthias Svenja Henrik Änne "
    "Björn Ulrike Moritz Leonie Jürgen Zoë Emre Aylin Piotr Agnieszka Oksana",
    "Emily Marcus Olivia Tyrell Grace Daniel Naomi Brandon Chloe Malik Harper Diego Ruth Caleb "
    "Imani Patrick Siobhán Owen Renée Andre Maya Ethan Keisha Colm",
    "Aarav Priya Rohan Ananya Vikram Meera Arjun Kavya Sanjay Deepika Karthik Lakshmi Nikhil "
    "Shreya Aditya Pooja Rahul Divya Imran Fatima Suresh Neha Varun Ishita",
    "Mariana Thiago Beatriz Rafael Camila João Larissa Gustavo Letícia Bruno Fernanda Caio "
    "Isabela André Juliana Mateus Luíza Vinícius Renata Otávio Débora Felipe Yara Danilo",
    "Inês Tiago Catarina Duarte Mafalda Nuno Rita Gonçalo Sofia Vasco Leonor Rui Teresa Simão "
    "Filipa Miguel Constança Afonso Joana Telmo Marta Dinis Carolina Xavier",
    "Haruka Kenji Yuki Takumi Sakura Daichi Aiko Ren Mei Hiroshi Naoko Sota Rin Kaito Emi Shun "
    "Yuna Makoto Linh Minh Ji-woo Seo-yeon Wei Xiaoming",
)
LAST = (
    "Albrecht Becker Çelik Dietrich Ehlers Fischer Großmann Hartwig Iversen Jäger Köhler Lindqvist "
    "Maurer Nowak Okonkwo Petersen Quandt Reinhardt Schäfer Tietze Ullmann Vogel Wójcik Zimmermann "
    "Nguyen Sørensen Halvorsen Kaya Brandt Kowalski Müller Weiß",
    "Adams Bennett Castillo Donovan Ellis Foster Greene Hughes Irving Jackson Kaplan Lawson "
    "Mitchell Navarro O'Brien Parker Quinn Reyes Sullivan Turner Underwood Vasquez Walker Young "
    "Abernathy Okafor Rosenberg D'Angelo Whitfield Chen McAllister Zhou",
    "Agarwal Bhat Chaudhary Deshpande Fernandes Gupta Hegde Iyer Joshi Kapoor Krishnan Menon Nair "
    "Pillai Rao Reddy Sharma Shetty Subramanian Trivedi Varma Mukherjee Banerjee Khan Patel Singh "
    "Kulkarni Bose Chatterjee Mehta Naidu Das",
    "Almeida Barbosa Cardoso Duarte Esteves Ferreira Gomes Lima Machado Nascimento Oliveira "
    "Pereira Queiroz Ribeiro Santos Teixeira Uchôa Vieira Xavier Zanetti Araújo Conceição Moura "
    "Rocha Salgado Takahashi Bittencourt Corrêa Magalhães Prado Guimarães Souza",
    "Antunes Brito Carvalho Domingues Espírito-Santo Fonseca Guerreiro Henriques Leitão Marques "
    "Neves Pacheco Quintela Ramos Silva Tavares Valente Abreu Baptista Coelho Faria Matos Nogueira "
    "Pinto Rebelo Simões Torres Vaz Moreira Lopes Cunha Amaral",
    "Abe Endo Fujita Goto Hayashi Inoue Kato Kobayashi Matsumoto Nakamura Ogawa Saito Tanaka "
    "Ueda Watanabe Yamada Ito Mori Shimizu Okada Tran Pham Kim Park Liu Wang Zhang Ishikawa Hara "
    "Sasaki Maeda Ono",
)

HOSTILE = (
    "=1+1",
    "![x](http://evil.example/x.png)",
    "<img src=x onerror=alert(1)>",
    '"; DROP TABLE users; --',
    "@SUM(A1:A9)",
    "Zoë 👩‍🚀 Nakamura\u202e",
    "-2+3 cmd|' /C calc'!A0",
    "Robert   O’Neil Jr.",
)

ROBOTS = (
    ("557058:f58131cb-b67d-43c7-b30d-6b58d40bd077", "Automation for Jira", "unknown"),
    ("5d53f3cbc6b9320d9ea5bdc2", "Jira Outlook", "unknown"),
    ("5cb4ae0e4b97ab11a18e00c7", "Atlassian Assist", "unknown"),
    ("557058:0867a421-a9ee-4659-801a-bc0ee4a4487e", "Slack", "unknown"),
    ("5dd64082af96bc0efbe55103", "Jira Service Management Widget", "unknown"),
    ("557058:950f9f5b-3d6d-4e1d-954a-21367ae9ac75", "GitHub for Jira", "unknown"),
    ("557058:46121f43-e58d-4ff4-83fd-a79fb4b71b45", "BigPicture - for ppm", "unknown"),
    ("712020:4b0d1c55-6a2a-4f7e-9a39-0f7fd6e1a0b2", "Release Notes Agent", "agent"),
    ("712020:9c1f3d8e-2b7a-4c55-8f02-6a1be0c7d4e3", "ci-pipeline", "service"),
    ("557058:cbc04d7b-be94-46aa-9528-1b7f5c8e3a10", "Tempo Timesheets", "unknown"),
    ("5b70c8b80fd0ac05d389f5e9", "Chat Notifications", "unknown"),
    ("630db2cd9796033b256bc349", "Atlas for Jira Cloud", "unknown"),
)

AREAS = (
    "Payments Mobile Checkout Identity Search Billing Onboarding Analytics Notifications Partner "
    "Logistics Warehouse Pricing Loyalty Fraud Messaging Support Compliance Security Platform "
    "Infrastructure Data Marketing Finance People Legal Facilities Sales Returns Catalogue Content "
    "Localization Accessibility Design Research Hardware Fleet Energy Forecasting Procurement"
).split()
PARTS = (
    "Platform App API Portal Core Services Gateway Pipeline Experience Migration Insights "
    "Automation Reliability Console Integrations Rewrite Operations Toolkit Backbone Studio Hub "
    "Engine Workspace Programme Rollout Foundations Quality Enablement Desk Roadmap"
).split()

HEAD_PROJECTS = (
    ("PAY", "Payments Platform", "software"),
    ("MOB", "Mobile App", "software"),
    ("CHK", "Checkout", "software"),
    ("HELP", "IT Help Desk", "service_desk"),
    ("ID", "Identity & Access", "software"),
    ("SRCH", "Search & Discovery", "software"),
    ("DATA", "Data Warehouse", "software"),
    ("OPS", "Site Reliability", "software"),
    ("MKT", "Marketing Campaigns", "business"),
    ("HR", "People & Culture", "business"),
    ("FIN", "Finance Operations", "business"),
    ("CS", "Customer Support", "service_desk"),
    ("IDEA", "Product Ideas", "product_discovery"),
    ("PART", "Partner Portal", "software"),
    ("SEC", "Security Reviews", "software"),
    ("WEB", "Web Relaunch", "software"),
    ("LOG", "Logística Brasil", "business"),
    ("BUERO", "Büro & Gebäude", "business"),
    ("OLD", "Legacy Shop", "software"),
    ("CONF", "Confidential M&A", "business"),
)

FADING = ("WEB", "PART", "MKT", "SEC", "LOG", "BUERO")
"""Initiatives that begin, fade and lie dead for months; of the others, every third does."""

VERBS = (
    "Fix Improve Investigate Remove Add Document Migrate Review Simplify Accelerate Automate Plan "
    "Replace Harden Translate Validate"
).split()
THINGS = (
    "login page|invoice export|retry queue|push notifications|address form|nightly import|"
    "dark mode|access policy|search ranking|refund flow|audit trail|holiday calendar|"
    "supplier onboarding|error budget|feature flag|customer newsletter|laptop order|"
    "currency rounding|session timeout|image upload"
).split("|")
TAILS = (
    "for enterprise customers|on Android|in the Berlin office|after the outage|before the audit|"
    "when offline|for São Paulo|with large files|during peak hours|in Safari|for new joiners|"
    "under load|per cost centre|behind the proxy|for Q4"
).split("|")
LABELS = (
    "backend frontend tech-debt customer-request quick-win security a11y performance regression "
    "infra needs-design blocked-external q4 übersetzung"
).split()
