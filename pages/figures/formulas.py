"""The formula of each method of the page Methods, in LaTeX; signs as in the definition that stands below it."""

from __future__ import annotations

FORMULAS: dict[str, str] = {
    "place": r"\text{within} \to \text{border (lowest code)} \to \text{nearest, } d \le 500\,\text{m} \to \text{name}",
    "change": r"\frac{x_1/m_1}{x_2/m_2},\qquad "
    r"x_1 \mid x_1+x_2 \sim \mathrm{Bin}\!\left(x_1+x_2,\ \frac{m_1}{m_1+m_2}\right)",
    "many_tests": r"q_{(k)} = \min_{l \ge k} \frac{M\,p_{(l)}}{l}",
    "rates": r"r = \frac{x}{P},\qquad L = x\left(1 - \tfrac{1}{9x} - \tfrac{z}{3\sqrt{x}}\right)^{3},\quad "
    r"U = (x+1)\left(1 - \tfrac{1}{9(x+1)} + \tfrac{z}{3\sqrt{x+1}}\right)^{3}",
    "smoothed": r"\tilde r_i = b + \frac{A}{A + b/P_i}\,(r_i - b),\quad b = \frac{\sum O}{\sum P},\quad "
    r"A = \max\!\left(0,\ \frac{\sum P (r-b)^2}{\sum P} - \frac{b}{\bar P}\right)",
    "spatial_smoothed": r"\tilde r_i = b_i + \frac{A_i}{A_i + b_i/P_i}\,(r_i - b_i),\qquad "
    r"b_i,\ A_i \text{ over } i \text{ and its neighbours}",
    "standardised": r"\mathrm{DSR} = \frac{\sum_k w_k O_k / n_k}{\sum_k w_k},\qquad "
    r"\mathrm{DSR} + \sqrt{V/O}\,(O_{L,U} - O)",
    "peers": r"d_{ij} = \sqrt{\left(\frac{\ln P_i - \ln P_j}{s_{\ln P}}\right)^{2} + "
    r"\left(\frac{q_i - q_j}{s_q}\right)^{2}}",
    "funnel": r"y_i = \frac{O_i}{E_i},\quad E_i = \theta_0\,\mathrm{exposure}_i,\quad "
    r"F(q;E) \ge \pi,\quad 1 \pm z\sqrt{\varphi/E_i}\ \text{ where } \varphi \text{ is used}",
    "density": r"\hat\lambda(s) = \sum_i w_i\, k_\sigma(s - x_i),\qquad "
    r"k_\sigma(d) = \frac{1}{2\pi\sigma^2}\, e^{-d^2/2\sigma^2}",
    "precision_aware": r"\hat\lambda(s) = \sum_i w_i \int k_\sigma(s-u)\, d\pi_i(u),\qquad "
    r"n_{\text{eff}} = \sum_i \frac{\sigma^2}{\sigma^2 + s_i^2}",
    "gi_star": r"z_i = \frac{\sum_j w_{ij} x_j - \bar x\, W_i}{S\sqrt{\left(n \sum_j w_{ij}^2 - W_i^2\right)/(n-1)}},"
    r"\qquad S^2 = \tfrac{1}{n}\sum x^2 - \bar x^2",
    "lisa": r"I_i = \frac{z_i}{m_2} \sum_j w_{ij} z_j,\qquad m_2 = \tfrac{1}{n} \sum_i z_i^2",
    "global_moran": r"I = \frac{n}{S_0}\, \frac{\sum_{ij} w_{ij} z_i z_j}{\sum_i z_i^2},\qquad E[I] = -\frac{1}{n-1}",
    "emerging": r"w = 1 \text{ for } (j,s):\ j = i \text{ or a neighbour},\ 0 \le t-s \le 1;\qquad "
    r"10H \ge 9T \text{ and the Mann–Kendall trend of } z_{i1} \dots z_{iT}",
    "scan": r"\mathrm{LLR} = c \ln\frac{c}{E} + (N-c) \ln\frac{N-c}{N-E},\qquad "
    r"p = \frac{1 + \#\{\max^* \ge \mathrm{LLR}\}}{R+1}",
    "space_time_scan": r"\mu_{zd} = \frac{c_z\, c_d}{C},\qquad "
    r"\mathrm{LLR} = c \ln\frac{c}{\mu} + (C-c) \ln\frac{C-c}{C-\mu}",
    "near_repeat": r"E_{kl} = \frac{n_k\, n_l}{n(n-1)/2},\qquad p = \frac{1 + \#\{O^* \ge O\}}{R+1}",
    "trend": r"S = \sum_{i<j} \mathrm{sgn}(y_j - y_i),\quad "
    r"Z = \frac{S - \mathrm{sgn}\,S}{\sqrt{\mathrm{Var}\,S}},\quad "
    r"\mathrm{slope} = \mathrm{median}\, \frac{y_j - y_i}{t_j - t_i}",
    "season": r"y = \mathrm{trend} + \mathrm{season} + \mathrm{rest},\qquad "
    r"\log \mu_t = \alpha + \beta t + \delta_{\mathrm{month}(t)} + \log m_t",
    "hijri": r"\log \mu_t = \alpha + \beta t + \text{2 harmonics} + \sum_k \gamma_k h_{kt} + \log m_t",
    "change_points": r"\min \sum_{\text{spans}} 2\left(S - S \ln \tfrac{S}{L}\right) + "
    r"2\,\hat\varphi \ln n \ \text{a cut}",
    "alerts": r"U = \left\{ \hat\mu_0^{2/3} + z_{1-\alpha/2} \sqrt{\tfrac{4}{9}\, \hat\mu_0^{1/3}\, \tau} "
    r"\right\}^{3/2},\qquad \tau = \varphi + \frac{\mathrm{Var}\,\hat\mu_0}{\hat\mu_0}",
    "ears": r"U = \bar y_{t-9 \dots t-3} + z_{1-\alpha}\, s_{t-9 \dots t-3}",
    "backtest": r"\mathrm{PAI} = \frac{n/N}{a/A},\qquad \mathrm{PEI}_{\text{same area}} = \frac{n}{n^*},\qquad "
    r"\mathrm{PEI}_{\text{best area}} = \frac{\mathrm{PAI}}{\max \mathrm{PAI}}",
}
